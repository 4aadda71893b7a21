use super::*;
#[test]
fn all_parse() {
    for (file, toml) in SHIPPED {
        if let Err(error) = Mapping::parse_file(file, toml) {
            panic!("{error}");
        }
    }
    assert_eq!(shipped().len(), SHIPPED.len());
}
