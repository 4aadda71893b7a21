//! Numbers for providers that keep the order of their names, also of those that a stream names only later.

/// How many providers can have a number.
const ROOM: usize = 256;

/// Numbers of providers. A lower number has a lower name, as among the providers of a run, because the
/// order of conversations, and with it that of the results, follows the numbers.
#[derive(Debug)]
pub(crate) struct Numbers {
    /// Names at their numbers; most places are free.
    places: Vec<Option<String>>,
    /// Names that found no free number between their neighbours.
    strays: usize,
}

impl Numbers {
    /// Numbers for known providers, with room between them for unknown ones.
    pub(crate) fn of<'n>(known: impl IntoIterator<Item = &'n str>) -> Self {
        let mut known: Vec<&str> = known.into_iter().take(ROOM).collect();
        known.sort_unstable();
        known.dedup();
        let mut places = vec![None; ROOM];
        let gaps = known.len() + 1;
        for (at, name) in known.into_iter().enumerate() {
            // Between two of up to 256 names lies at least one number.
            if let Some(place) = places.get_mut(((at + 1) * ROOM / gaps).min(ROOM - 1)) {
                *place = Some(name.to_owned());
            }
        }
        Self { places, strays: 0 }
    }

    /// The number of a name, a new one if need be; `None` when all are taken.
    pub(crate) fn get(&mut self, name: &str) -> Option<u8> {
        let mut low = None;
        let mut high = self.places.len();
        for (at, place) in self.places.iter().enumerate() {
            match place.as_deref() {
                Some(other) if other == name => return u8::try_from(at).ok(),
                Some(other) if other < name => low = Some(at),
                Some(_) => high = high.min(at),
                None => {}
            }
        }
        // Strays stand out of order: then there is nothing to keep.
        let from = low.map_or(0, |low| low + 1);
        let free = if from < high {
            Some(from + (high - from) / 2)
        } else {
            self.strays += 1;
            self.places.iter().position(Option::is_none)
        };
        let at = free?;
        *self.places.get_mut(at)? = Some(name.to_owned());
        u8::try_from(at).ok()
    }

    /// Whether all numbers are in the order of the names.
    pub(crate) fn in_order(&self) -> bool {
        self.strays == 0
    }

    /// The names at their numbers; empty where there is none.
    pub(crate) fn into_names(self) -> Vec<String> {
        self.places
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_come_between_the_known_ones() {
        let mut numbers = Numbers::of(["8bells", "dpc", "exus"]);
        for name in ["zeek", "door", "0", "door", "exus", "e", "dpc2"] {
            assert!(numbers.get(name).is_some(), "{name}");
        }
        assert!(numbers.in_order());
        let names = numbers.into_names();
        let named: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| !name.is_empty())
            .collect();
        assert_eq!(
            named,
            ["0", "8bells", "door", "dpc", "dpc2", "e", "exus", "zeek"]
        );
    }

    #[test]
    fn every_number_is_used_before_none_is_left() {
        let known: Vec<String> = (0..12).map(|n| format!("k{n:02}")).collect();
        let mut numbers = Numbers::of(known.iter().map(String::as_str));
        let mut seen = std::collections::BTreeSet::new();
        for n in 0..244 {
            let number = numbers.get(&format!("u{n:03}")).unwrap();
            assert!(seen.insert(number), "{number} twice");
        }
        assert!(!numbers.in_order(), "so many do not fit behind each other");
        assert_eq!(numbers.get("one more"), None);
        assert!(numbers.get("u007").is_some() && numbers.get("k03").is_some());
    }

    #[test]
    fn a_full_set_of_known_names_has_its_numbers() {
        let known: Vec<String> = (0..255).map(|n| format!("{n:03}")).collect();
        let mut numbers = Numbers::of(known.iter().map(String::as_str));
        let found: Vec<u8> = known.iter().filter_map(|name| numbers.get(name)).collect();
        assert_eq!(found.len(), 255);
        assert!(found.is_sorted() && numbers.in_order());
    }
}
