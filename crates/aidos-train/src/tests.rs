use super::*;

#[test]
fn every_template_fills_and_its_names_lie_in_it() {
    let source = source().unwrap();
    for n in 0..4000 {
        let text = source.text(&mut Random::of(7, n));
        let mut last = 0;
        for &(start, end, label) in &text.names {
            assert!(last <= start && start < end, "{text:?}");
            let name = text.text.get(start..end).unwrap();
            assert_eq!(name.trim(), name, "{text:?}");
            assert!(label.kind().is_some());
            last = end;
        }
        for left in ["[[", "]]", "{person", "{given", "{num}", "{city", "{word}"] {
            assert!(!text.text.contains(left), "{left} in {text:?}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_texts() {
    let source = source().unwrap();
    for n in 0..100 {
        let (a, b) = (
            source.text(&mut Random::of(3, n)),
            source.text(&mut Random::of(3, n)),
        );
        assert_eq!((a.text, a.names), (b.text, b.names));
    }
}
