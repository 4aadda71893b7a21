use super::*;

fn found(text: &str) -> Vec<(Kind, String)> {
    let mut out = Vec::new();
    scan(text.as_bytes(), &mut |find| {
        out.push((find.kind, find.value.into_owned()));
    });
    out
}

fn one(text: &str, kind: Kind, value: &str) {
    assert_eq!(found(text), [(kind, value.to_owned())], "in {text:?}");
}

fn none(text: &str) {
    assert_eq!(found(text), [], "in {text:?}");
}

#[test]
fn addresses_and_networks() {
    one("from 198.51.100.7.", Kind::Ipv4, "198.51.100.7");
    one("src=198.51.100.7:443 ok", Kind::Ipv4, "198.51.100.7");
    one("outside:198.51.100.7/1234", Kind::Ipv4, "198.51.100.7");
    one("198.51.100.77/24", Kind::Cidr, "198.51.100.0/24");
    one("(2001:DB8:0:0::1)", Kind::Ipv6, "2001:db8::1");
    one("[2001:db8::1]:443", Kind::Ipv6, "2001:db8::1");
    one("fe80::1%eth0", Kind::Ipv6, "fe80::1");
    one("2001:db8:1::/32", Kind::Cidr, "2001:db8::/32");
    one(
        "at ::ffff:198.51.100.7 now",
        Kind::Ipv6,
        "::ffff:198.51.100.7",
    );
}

#[test]
fn defanged_spellings() {
    for text in [
        "203[.]0[.]113[.]9",
        "203(.)0(.)113(.)9",
        "203[dot]0[dot]113[dot]9",
        "203.0.113[.]9",
        "203\u{200b}.0.113.9",
    ] {
        one(text, Kind::Ipv4, "203.0.113.9");
    }
    for text in [
        "evil[.]example",
        "evil [.] example",
        "evil{dot}example",
        "evil[ . ]example",
        "evil\u{3002}example",
        "ev\u{ad}il.example",
    ] {
        one(text, Kind::Domain, "evil.example");
    }
    one("evil dot co dot uk", Kind::Domain, "evil.co.uk");
    one("john at evil dot com", Kind::Email, "john@evil.com");
    for text in [
        "john[@]evil[.]com",
        "john(at)evil[.]com",
        "john [at] evil [dot] com",
    ] {
        one(text, Kind::Email, "john@evil.com");
    }
    for text in [
        "hxxp://evil.example/a",
        "hXXp[:]//evil[.]example/a",
        "hxxp[://]evil[.]example/a",
        "h**p://evil.example/a",
        "http://evil[.]example[/]a",
    ] {
        one(text, Kind::Url, "http://evil.example/a");
    }
    one("fxp://evil.example/a", Kind::Url, "ftp://evil.example/a");
    one("2001[:]db8[:][:]1", Kind::Ipv6, "2001:db8::1");
    none("connect the dot in the middle, (at last) [sic]");
}

#[test]
fn places_are_those_of_the_spelling() {
    let text = "see hxxps[://]evil[.]example/x, evil[.]example";
    let mut places = Vec::new();
    scan(text.as_bytes(), &mut |find| {
        let (start, end) = (
            usize::try_from(find.start).unwrap(),
            usize::try_from(find.end()).unwrap(),
        );
        places.push((text[start..end].to_owned(), find.defanged));
    });
    assert_eq!(
        places,
        [
            ("hxxps[://]evil[.]example/x".to_owned(), true),
            ("evil[.]example".to_owned(), true)
        ]
    );
}

#[test]
fn urls_end_where_the_sentence_says() {
    one(
        "(see http://a.example/b(c)).",
        Kind::Url,
        "http://a.example/b(c)",
    );
    one(
        "<http://A.Example:8080/B?c=d#e>",
        Kind::Url,
        "http://a.example:8080/B?c=d#e",
    );
    one(
        "http://[2001:db8::1]:80/x",
        Kind::Url,
        "http://[2001:db8::1]:80/x",
    );
    one(
        "url=http://203.0.113.9/a.sh;wget",
        Kind::Url,
        "http://203.0.113.9/a.sh;wget",
    );
    one("'http://u:p@a.example'", Kind::Url, "http://u:p@a.example");
    none("http://");
    none("foo://bar");
}

#[test]
fn digests_and_fingerprints() {
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    one(md5, Kind::Md5, md5);
    one(&format!("md5:{}", md5.to_uppercase()), Kind::Md5, md5);
    one(&format!("JA3={md5}"), Kind::Ja3, md5);
    one(&format!("\"ja3s\": \"{md5}\""), Kind::Ja3s, md5);
    one(
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        Kind::Sha1,
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    );
    let sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    one(&format!("sha256={sha},"), Kind::Sha256, sha);
    one(&sha.repeat(2), Kind::Sha512, &sha.repeat(2));
    let jarm = "27d40d40d00040d00042d43d000000aa99ce74e2c6d013c745aa52b5cc042d";
    one(&format!("JARM {jarm}"), Kind::Jarm, jarm);
    none(jarm);
    none("00000000000000000000000000000000");
    one(
        "1536:yB+A8bMtMeRlbIzvDqZL4QzNxVRD1eK7L:2EcfleYaRM",
        Kind::Ssdeep,
        "1536:yB+A8bMtMeRlbIzvDqZL4QzNxVRD1eK7L:2EcfleYaRM",
    );
    none("6f9619ff-8b86-d011-b42d-00c04fc964ff");
}

#[test]
fn names() {
    one("cve-2024-3400,", Kind::Cve, "CVE-2024-3400");
    one("CVE-2021-44228-poc", Kind::Cve, "CVE-2021-44228");
    none("CVE-2024-12 CVE-1024-3400");
    one("AS15139", Kind::Asn, "AS15139");
    none("AS400 AS2 ASCII8 ASSASSIN1");
    one("(T1059.001)", Kind::Technique, "T1059.001");
    one("T1566", Kind::Technique, "T1566");
    none("T1000 T2000 T9999 T1059.000");
    one("D2-FB-49-24-37-18", Kind::Mac, "d2:fb:49:24:37:18");
    one("d2fb.4924.3718", Kind::Mac, "d2:fb:49:24:37:18");
    one(
        "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        Kind::Bitcoin,
        "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    );
    none("1BoatSLRHtKNngkdXEeobR76b53LETtpyU");
    for address in [
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
    ] {
        one(address, Kind::Bitcoin, address);
    }
    none("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5");
}

#[test]
fn paths_and_keys() {
    one(
        r"C:\Windows\Temp\a.exe.",
        Kind::FilePath,
        r"C:\Windows\Temp\a.exe",
    );
    one(
        r"in C:\Program Files\Evil\x.dll now",
        Kind::FilePath,
        r"C:\Program Files\Evil\x.dll",
    );
    one(
        r#""C:\\Users\\x\\a.exe""#,
        Kind::FilePath,
        r"C:\Users\x\a.exe",
    );
    one(
        r"%APPDATA%\Evil\run.vbs",
        Kind::FilePath,
        r"%APPDATA%\Evil\run.vbs",
    );
    one(r"\\host\share\x", Kind::FilePath, r"\\host\share\x");
    one(
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Run",
        Kind::RegistryKey,
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Run",
    );
    assert_eq!(
        found(r"HKLM\A\Run and HKCU\B\Run"),
        [
            (Kind::RegistryKey, r"HKLM\A\Run".to_owned()),
            (Kind::RegistryKey, r"HKCU\B\Run".to_owned())
        ]
    );
    one("/tmp/.x/update:", Kind::FilePath, "/tmp/.x/update");
    one("drops invoice.pdf.exe", Kind::FileName, "invoice.pdf.exe");
    none("GET /index.php 200");
}

#[test]
fn what_only_looks_like_it() {
    for text in [
        "readme.md",
        "v1.2.3.4",
        "version 1.2.3.4",
        "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36",
        "2024.01.02 2024-01-02T10:38:03 10:38:03",
        "1.2.3.400 1.2.3 1.2.3.4.5 01.2.3.4",
        "user.name source.ip foo.in( self.is",
        "It is done.In the end",
        "ASP.NET node.js e.g. i.e. U.S.",
        "std::vector a::b ::",
        "127.0.0.1.in-addr",
        "main.rs lib.so",
    ] {
        none(text);
    }
}

#[test]
fn whose_a_value_may_be() {
    let reach = |text: &str| {
        let mut all = Vec::new();
        scan(text.as_bytes(), &mut |find| all.push(find.reach));
        all
    };
    assert_eq!(
        reach("192.168.1.1 8.8.8.8 203.0.113.9 http://10.0.0.1/ printer.local fe80::1"),
        [
            Reach::Private,
            Reach::Public,
            Reach::Reserved,
            Reach::Private,
            Reach::Private,
            Reach::Private
        ]
    );
}

#[test]
fn long_lines_are_cut_at_a_blank() {
    let line = "198.51.100.7 ".repeat(20_000);
    assert_eq!(found(&line).len(), 20_000);
    let word = "a".repeat(200_000) + " 198.51.100.7";
    assert_eq!(found(&word), [(Kind::Ipv4, "198.51.100.7".to_owned())]);
}

#[test]
fn every_kind_has_one_word() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.word()), Some(kind));
    }
}
