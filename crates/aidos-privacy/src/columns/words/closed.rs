//! Closed vocabularies: nearly all values of such a column stand here.

use super::super::kind::Type;

/// The type, the share of its values that the list covers, the share of other short words that stand in it
/// by chance, and the words. A word behind `=` counts in this case only.
pub(in super::super) const LISTS: &[(Type, f64, f64, &str)] = &[
    (
        Type::Gender,
        0.97,
        0.02,
        "male|female|m|f|man|woman|non-binary|nonbinary|non binary|other|diverse|intersex|transgender|trans|agender|genderqueer|genderfluid|unspecified|prefer not to say|not specified|boy|girl|unknown|u|x|άνδρας|γυναίκα|άρρεν|θήλυ|α|θ|αγόρι|κορίτσι|άλλο|männlich|weiblich|divers|w|d|mann|frau|homme|femme|masculin|féminin|h|autre|hombre|mujer|masculino|femenino|varón|otro|maschio|femmina|maschile|femminile|uomo|donna|altro|man|vrouw|v|mannelijk|vrouwelijk|anders|feminino|homem|mulher|kobieta|mężczyzna",
    ),
    (
        Type::MaritalStatus,
        0.97,
        0.005,
        "single|married|divorced|widowed|separated|widow|widower|never married|cohabiting|civil partnership|domestic partner|domestic partnership|partnered|engaged|in a relationship|annulled|registered partnership|unmarried|spouse|common law|married-civ-spouse|never-married|married-spouse-absent|married-af-spouse|legally separated|living together|unknown|άγαμος|άγαμη|έγγαμος|έγγαμη|παντρεμένος|παντρεμένη|ανύπαντρος|ανύπαντρη|διαζευγμένος|διαζευγμένη|χήρος|χήρα|σε διάσταση|σύμφωνο συμβίωσης|ελεύθερος|ελεύθερη|ledig|verheiratet|geschieden|verwitwet|getrennt|getrennt lebend|eingetragene partnerschaft|lebenspartnerschaft|célibataire|marié|mariée|divorcé|divorcée|veuf|veuve|pacsé|pacsée|séparé|séparée|union libre|soltero|soltera|casado|casada|divorciado|divorciada|viudo|viuda|separado|separada|pareja de hecho|unión libre|celibe|nubile|coniugato|coniugata|sposato|sposata|divorziato|divorziata|vedovo|vedova|separato|separata|unione civile|convivente|ongehuwd|gehuwd|getrouwd|gescheiden|weduwe|weduwnaar|samenwonend|geregistreerd partnerschap|solteiro|solteira|divorciado|viúvo|viúva|união de facto",
    ),
    (
        Type::Smoking,
        0.96,
        0.003,
        "smoker|non-smoker|nonsmoker|non smoker|never|former|current|ex-smoker|ex smoker|former smoker|never smoker|current smoker|never smoked|smokes|formerly smoked|occasional|occasionally|occasional smoker|daily|daily smoker|heavy smoker|light smoker|quit|not current|ever|current every day smoker|current some day smoker|passive|social smoker|unknown|unknown if ever smoked|καπνιστής|καπνίστρια|μη καπνιστής|μη καπνίστρια|πρώην καπνιστής|πρώην καπνίστρια|περιστασιακός|raucher|nichtraucher|raucherin|nichtraucherin|ex-raucher|ehemaliger raucher|gelegenheitsraucher|exraucher|nie|früher|aktuell|fumeur|fumeuse|non-fumeur|non fumeur|non-fumeuse|ancien fumeur|ex-fumeur|jamais fumé|occasionnel|fumador|fumadora|no fumador|no fumadora|exfumador|exfumadora|ex fumador|ocasional|fumatore|fumatrice|non fumatore|non fumatrice|ex fumatore|ex fumatrice|mai fumato|occasionale|roker|niet-roker|niet roker|ex-roker|gestopt|não fumador|não fumante|fumante|ex-fumante",
    ),
    (
        Type::Boolean,
        0.98,
        0.02,
        "yes|no|true|false|y|n|t|0|1|on|off|ja|nein|oui|non|si|sí|sì|ναι|όχι|vero|falso|nee|sim|não|wahr|falsch|vrai|faux|verdadero|enabled|disabled",
    ),
    (
        Type::Deceased,
        0.97,
        0.001,
        "alive|dead|deceased|living|died|expired|εν ζωή|ζωντανός|ζωντανή|θανών|αποβιώσας|αποβιώσασα|lebend|lebendig|verstorben|tot|vivant|vivante|décédé|décédée|vivo|viva|fallecido|fallecida|deceduto|deceduta|vivente|in vita|overleden|in leven|levend|falecido|falecida",
    ),
    (
        Type::Religion,
        0.95,
        0.002,
        "christian|catholic|roman catholic|protestant|orthodox|greek orthodox|russian orthodox|anglican|lutheran|evangelical|baptist|methodist|presbyterian|pentecostal|mormon|jehovah's witness|muslim|islam|sunni|shia|jewish|judaism|hindu|hinduism|buddhist|buddhism|sikh|sikhism|jain|bahai|atheist|agnostic|none|no religion|christianity|catholicism|taoist|shinto|pagan|spiritual|other|unaffiliated|secular|χριστιανός ορθόδοξος|ορθόδοξος|χριστιανός|μουσουλμάνος|καθολικός|άθεος|katholisch|evangelisch|konfessionslos|muslimisch|jüdisch|römisch-katholisch|orthodox|buddhistisch|hinduistisch|catholique|protestant|musulman|juif|athée|bouddhiste|católico|católica|musulmán|judío|ateo|cattolico|cattolica|musulmano|ebreo|ortodosso|buddista|católica",
    ),
    (
        Type::Ethnicity,
        0.93,
        0.002,
        "white|black|asian|hispanic|latino|latina|hispanic or latino|not hispanic or latino|non-hispanic|african american|black or african american|native american|american indian|american indian or alaska native|asian-pac-islander|amer-indian-eskimo|pacific islander|native hawaiian|native hawaiian or other pacific islander|caucasian|mixed|two or more races|multiracial|biracial|middle eastern|arab|other|white british|white irish|white european|black african|black caribbean|asian british|south asian|east asian|southeast asian|roma|indigenous|jewish|chinese|indian|pakistani|bangladeshi|unknown|declined|any other white background",
    ),
    (
        Type::BloodType,
        0.99,
        0.0005,
        "a+|a-|b+|b-|ab+|ab-|o+|o-|0+|0-|a pos|a neg|b pos|b neg|ab pos|ab neg|o pos|o neg|a positive|a negative|b positive|b negative|ab positive|ab negative|o positive|o negative|a rh+|a rh-|b rh+|b rh-|ab rh+|ab rh-|o rh+|o rh-|0 rh+|0 rh-|arh+|arh-|brh+|brh-|a pos.|a neg.|ab|a rh positive|o rh positive|b rh positive",
    ),
    (
        Type::Title,
        0.97,
        0.002,
        "mr|mr.|mrs|mrs.|ms|ms.|miss|mx|mx.|dr|dr.|prof|prof.|professor|doctor|sir|madam|lady|lord|rev|rev.|fr.|hon.|mister|capt.|col.|esq.|κ.|κα|κος|κα.|δρ|δρ.|καθ.|κύριος|κυρία|herr|frau|herr dr.|frau dr.|dipl.-ing.|prof. dr.|hr.|fr.|m.|mme|mlle|monsieur|madame|mademoiselle|mme.|me|sr|sr.|sra|sra.|srta|srta.|señor|señora|señorita|don|doña|dña.|sig.|sig.ra|sig.na|signor|signora|signorina|dott.|dott.ssa|dott|avv.|ing.|dhr.|mevr.|mevrouw|meneer|de heer|dhr|mw.|sr. dr.|dra.|dra|eng.|jr.|ph.d.|phd|md|dds|dvm|jonkheer",
    ),
    (
        Type::Language,
        0.96,
        0.003,
        "english|german|french|spanish|italian|greek|dutch|portuguese|polish|russian|ukrainian|turkish|arabic|hebrew|persian|farsi|hindi|urdu|bengali|punjabi|tamil|telugu|marathi|gujarati|malayalam|kannada|chinese|mandarin|cantonese|japanese|korean|vietnamese|thai|indonesian|malay|tagalog|filipino|swahili|amharic|somali|hausa|yoruba|igbo|zulu|afrikaans|swedish|norwegian|danish|finnish|icelandic|estonian|latvian|lithuanian|czech|slovak|hungarian|romanian|bulgarian|serbian|croatian|bosnian|slovenian|slovene|albanian|macedonian|catalan|basque|galician|welsh|irish|scottish gaelic|maltese|armenian|georgian|azerbaijani|kazakh|uzbek|turkmen|mongolian|nepali|sinhala|burmese|khmer|lao|pashto|dari|kurdish|latin|esperanto|haitian creole|yiddish|luxembourgish|belarusian|tatar|javanese|sundanese|hmong|navajo|maori|samoan|αγγλικά|ελληνικά|γερμανικά|γαλλικά|ισπανικά|ιταλικά|ρωσικά|τουρκικά|αλβανικά|ρουμανικά|βουλγαρικά|πολωνικά|αραβικά|κινέζικα|deutsch|englisch|französisch|spanisch|italienisch|griechisch|türkisch|russisch|polnisch|arabisch|niederländisch|portugiesisch|rumänisch|kroatisch|serbisch|ungarisch|anglais|allemand|français|espagnol|italien|grec|portugais|arabe|néerlandais|russe|turc|polonais|chinois|inglés|alemán|francés|español|italiano|griego|portugués|árabe|ruso|catalán|gallego|euskera|chino|inglese|tedesco|francese|spagnolo|greco|portoghese|arabo|russo|rumeno|albanese|cinese|engels|duits|frans|spaans|italiaans|grieks|turks|nederlands|pools|inglês|alemão|francês|espanhol|grego",
    ),
    (
        Type::Language,
        0.97,
        0.03,
        "=en|=de|=fr|=es|=it|=el|=nl|=pt|=pl|=ru|=uk|=tr|=ar|=he|=fa|=hi|=ur|=bn|=pa|=ta|=zh|=ja|=ko|=vi|=th|=id|=ms|=tl|=sw|=sv|=no|=nb|=da|=fi|=is|=et|=lv|=lt|=cs|=sk|=hu|=ro|=bg|=sr|=hr|=bs|=sl|=sq|=mk|=ca|=eu|=gl|=cy|=ga|=mt|=hy|=ka|=az|=kk|=mn|=ne|=si|=my|=km|=lo|=ps|=ku|=la|=af|=be|=lb|=gd|=eng|=deu|=ger|=fra|=fre|=spa|=ita|=ell|=gre|=nld|=dut|=por|=pol|=rus|=ukr|=tur|=ara|=heb|=fas|=hin|=urd|=zho|=chi|=jpn|=kor|=vie|=swe|=nor|=dan|=fin|=ces|=slk|=hun|=ron|=rum|=bul|=srp|=hrv|=slv|=sqi|=en-US|=en-GB|=de-DE|=de-AT|=fr-FR|=es-ES|=it-IT|=el-GR|=nl-NL|=pt-PT|=pt-BR|=pl-PL|=ru-RU|=zh-CN|=ja-JP|=en_US|=en_GB|=de_DE|=fr_FR|=es_ES|=it_IT|=el_GR|=nl_NL|=pt_PT|=pl_PL|=pt_BR|=zh_CN|=ja_JP|=ko_KR|=ru_RU|=tr_TR|=sv_SE|=da_DK|=fi_FI",
    ),
    (
        Type::Currency,
        0.99,
        0.002,
        "=USD|=EUR|=GBP|=JPY|=CHF|=CAD|=AUD|=NZD|=CNY|=HKD|=SGD|=SEK|=NOK|=DKK|=PLN|=CZK|=HUF|=RON|=BGN|=HRK|=RSD|=TRY|=RUB|=UAH|=ILS|=SAR|=AED|=QAR|=KWD|=EGP|=ZAR|=NGN|=KES|=MAD|=INR|=PKR|=BDT|=LKR|=THB|=IDR|=MYR|=PHP|=VND|=KRW|=TWD|=BRL|=MXN|=ARS|=CLP|=COP|=PEN|=UYU|=ISK|=ALL|=MKD|=BAM|=MDL|=GEL|=AMD|=AZN|=KZT|=UZS|=JOD|=LBP|=IQD|=IRR|=BHD|=OMR|=TND|=DZD|=GHS|=ETB|=TZS|=UGX|=XOF|=XAF|=BTC|=DOP|=CRC|=GTQ|=PAB|=PYG|=BOB|=VES|=JMD|=TTD|=NPR|=MMK|=KHR|=MNT|=BND|=FJD|=AOA|=MZN|=ZMW|=BWP|=MUR|=NAD|=RWF|=XPF|=BYN|=KGS|=TJS|=AFN|=LYD|=SDG|=SYP|=YER|=CUP|=HTG|=HNL|=NIO|=BZD|=BSD|=BBD|=GYD|=SRD|=AWG|=ANG|=XCD|=KYD|=BMD|=MOP|=LAK|=PGK|=WST|=TOP|=VUV|=SBD|=MWK|=MGA|=SCR|=SZL|=LSL|=GMD|=GNF|=SLL|=LRD|=CVE|=STN|=DJF|=SOS|=ERN|=BIF|=CDF|=KMF|=MRU|=MVR|=BTN|=KPW|=TMT|=GIP|=FKP|=SHP|euro|euros|dollar|us dollar|pound|pound sterling|yen|swiss franc|€|$|£|¥",
    ),
    (
        Type::Protocol,
        0.97,
        0.002,
        "tcp|udp|icmp|icmpv6|igmp|gre|esp|ah|sctp|ospf|http|https|ssh|ftp|sftp|smtp|smtps|imap|imaps|pop3|dns|ntp|snmp|telnet|rdp|smb|ldap|ldaps|tls|ssl|dhcp|tftp|sip|rtp|mqtt|coap|modbus|quic|kerberos|nfs|vnc|rpc|dce-rpc|mysql|arp|ipip|pim|vrrp|ipv6-icmp|l2tp|pptp|ipsec|wireguard|openvpn|syslog|radius|netbios|mdns|ssdp|llmnr|irc|socks|dnp3|bacnet|s7comm|amqp|redis|postgresql|mssql|dhcpv6|stun|dtls|http2|websocket|doh|dot",
    ),
    (
        Type::HttpMethod,
        0.995,
        0.0005,
        "=GET|=POST|=PUT|=DELETE|=HEAD|=OPTIONS|=PATCH|=CONNECT|=TRACE|=PROPFIND|=MKCOL|=MOVE|=COPY|=SEARCH|=get|=post|=put|=delete|=head|=options|=patch",
    ),
    (
        Type::Tlp,
        0.99,
        0.0005,
        "tlp:red|tlp:amber|tlp:amber+strict|tlp:green|tlp:clear|tlp:white|tlp red|tlp amber|tlp green|tlp clear|tlp white|tlp-red|tlp-amber|tlp-green|tlp-clear",
    ),
    (
        Type::Severity,
        0.97,
        0.004,
        "low|medium|high|critical|informational|info|warning|warn|error|debug|notice|emergency|alert|fatal|severe|moderate|minor|major|trace|very low|very high|none|negligible|urgent|crit|err|emerg|undefined|important|χαμηλή|μεσαία|υψηλή|κρίσιμη|niedrig|mittel|hoch|kritisch|faible|moyen|moyenne|élevé|élevée|critique|bajo|baja|medio|media|alto|alta|crítico|crítica|basso|bassa|critico|critica|laag|hoog|kritiek|baixo|baixa|médio",
    ),
    (
        Type::Region,
        0.97,
        0.01,
        "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|wyoming|district of columbia|puerto rico|ontario|quebec|québec|british columbia|alberta|manitoba|saskatchewan|nova scotia|new brunswick|newfoundland and labrador|prince edward island|new south wales|victoria|queensland|western australia|south australia|tasmania|baden-württemberg|bayern|bavaria|berlin|brandenburg|bremen|hamburg|hessen|mecklenburg-vorpommern|niedersachsen|nordrhein-westfalen|rheinland-pfalz|saarland|sachsen|sachsen-anhalt|schleswig-holstein|thüringen|tirol|steiermark|kärnten|oberösterreich|niederösterreich|salzburg|vorarlberg|burgenland|île-de-france|auvergne-rhône-alpes|bourgogne-franche-comté|bretagne|centre-val de loire|corse|grand est|hauts-de-france|normandie|nouvelle-aquitaine|occitanie|pays de la loire|provence-alpes-côte d'azur|andalucía|aragón|asturias|canarias|cantabria|castilla y león|castilla-la mancha|cataluña|extremadura|galicia|la rioja|madrid|murcia|navarra|país vasco|comunidad valenciana|islas baleares|lombardia|lazio|campania|sicilia|veneto|emilia-romagna|piemonte|puglia|toscana|calabria|sardegna|liguria|marche|abruzzo|friuli-venezia giulia|trentino-alto adige|umbria|basilicata|molise|valle d'aosta|αττική|κεντρική μακεδονία|θεσσαλία|κρήτη|δυτική ελλάδα|πελοπόννησος|ήπειρος|στερεά ελλάδα|ανατολική μακεδονία και θράκη|βόρειο αιγαίο|νότιο αιγαίο|ιόνια νησιά|δυτική μακεδονία|noord-holland|zuid-holland|utrecht|gelderland|noord-brabant|limburg|overijssel|flevoland|groningen|friesland|drenthe|zeeland|kent|essex|surrey|yorkshire|lancashire|devon|cornwall|norfolk|suffolk|somerset|dorset|hampshire|greater london|greater manchester|west midlands|merseyside|cheshire|derbyshire|nottinghamshire|scotland|wales|england|northern ireland|são paulo|rio de janeiro|minas gerais|bahia|paraná|maharashtra|karnataka|tamil nadu|kerala|gujarat|rajasthan|punjab|west bengal|uttar pradesh|mazowieckie|małopolskie|śląskie",
    ),
    (
        Type::Region,
        0.98,
        0.06,
        "=AL|=AK|=AZ|=AR|=CA|=CO|=CT|=DE|=FL|=GA|=HI|=ID|=IL|=IN|=IA|=KS|=KY|=LA|=ME|=MD|=MA|=MI|=MN|=MS|=MO|=MT|=NE|=NV|=NH|=NJ|=NM|=NY|=NC|=ND|=OH|=OK|=OR|=PA|=RI|=SC|=SD|=TN|=TX|=UT|=VT|=VA|=WA|=WV|=WI|=WY|=DC|=PR|=GU|=VI|=AS|=MP|=FM|=MH|=PW|=AA|=AE|=AP",
    ),
    (
        Type::Tlp,
        0.98,
        0.15,
        "red|amber|amber+strict|green|clear|white",
    ),
];
