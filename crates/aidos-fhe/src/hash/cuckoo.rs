//! Cuckoo hashing of a query: each value into one of its two bins, at most one value a bin.
//!
//! What finds no bin goes into the next query set; nothing is ever dropped. Whether that opens one more set is
//! chance under the hash key, a matter of the count of the values and not of the values.
//! Source: Pagh, Rodler 2004, "Cuckoo hashing".

use super::Place;
use crate::entropy::{Stream, below};

/// Values pushed out in a row before one is left for the next set.
const PUSHES: u32 = 500;

/// A value in its bin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seat {
    /// Its number among the values of the query.
    pub(crate) item: u32,
    /// Which hash function put it here.
    pub(crate) function: u8,
}

/// One query set: a seat or nothing in each bin.
pub(crate) type Table = Vec<Option<Seat>>;

/// Seats all values, `capacity` a set; at least one set, so that an empty query looks like others.
pub(crate) fn seat(
    places: &[[Place; 2]],
    bins: usize,
    capacity: usize,
    stream: &mut Stream,
) -> Vec<Table> {
    let count = u32::try_from(places.len()).unwrap_or(u32::MAX);
    let mut waiting: Vec<u32> = (0..count).rev().collect();
    let mut tables = Vec::new();
    while tables.is_empty() || !waiting.is_empty() {
        let mut table: Table = vec![None; bins];
        let taken = waiting.split_off(waiting.len().saturating_sub(capacity));
        // Those that found none go first into the next set: before what was not tried yet.
        let stash: Vec<u32> = taken
            .into_iter()
            .rev()
            .filter_map(|item| insert(&mut table, item, places, stream))
            .collect();
        waiting.extend(stash.into_iter().rev());
        tables.push(table);
    }
    tables
}

/// Puts a value into a table; gives back the one that is left over, if any.
fn insert(table: &mut Table, item: u32, places: &[[Place; 2]], stream: &mut Stream) -> Option<u32> {
    let both = |item: u32| places.get(item as usize);
    let slot = |place: &Place| place.bin as usize;
    let mut seat = Seat {
        item,
        function: u8::from(below(stream, 2) == 1),
    };
    for _ in 0..PUSHES {
        let [first, second] = both(seat.item)?;
        // An empty bin is taken, whichever of the two it is.
        for (function, place) in [(0, first), (1, second)] {
            if let Some(empty) = table.get_mut(slot(place))
                && empty.is_none()
            {
                *empty = Some(Seat { function, ..seat });
                return None;
            }
        }
        let place = if seat.function == 0 { first } else { second };
        let pushed = table.get_mut(slot(place))?.replace(seat)?;
        seat = Seat {
            item: pushed.item,
            function: 1 - pushed.function,
        };
    }
    Some(seat.item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    fn random(count: usize, bins: u32, stream: &mut Stream) -> Vec<[Place; 2]> {
        let mut place = || Place {
            bin: below(stream, bins),
            number: 0,
        };
        (0..count).map(|_| [place(), place()]).collect()
    }

    fn check(places: &[[Place; 2]], tables: &[Table]) {
        let mut seen = vec![0; places.len()];
        for table in tables {
            for (bin, seat) in table.iter().enumerate() {
                if let Some(seat) = seat {
                    seen[seat.item as usize] += 1;
                    let place = places[seat.item as usize][usize::from(seat.function)];
                    assert_eq!(place.bin as usize, bin);
                }
            }
        }
        assert!(seen.iter().all(|count| *count == 1));
    }

    #[test]
    fn every_value_sits_once() {
        let mut stream = Stream::seed_from_u64(5);
        for (count, sets) in [
            (0, 1),
            (1, 1),
            (5_000, 1),
            (6_000, 1),
            (6_001, 2),
            (30_000, 5),
        ] {
            let places = random(count, 1 << 14, &mut stream);
            let tables = seat(&places, 1 << 14, 6_000, &mut stream);
            check(&places, &tables);
            assert!(
                (sets..=sets + 1).contains(&tables.len()),
                "{count}: {}",
                tables.len()
            );
        }
    }

    /// Ten values that know one bin only: each but the first needs a set of its own.
    #[test]
    fn what_finds_no_bin_opens_sets() {
        let mut stream = Stream::seed_from_u64(6);
        let place = Place { bin: 3, number: 0 };
        let places = vec![[place, place]; 10];
        let tables = seat(&places, 16, 8, &mut stream);
        check(&places, &tables);
        assert_eq!(tables.len(), 10);
    }

    #[test]
    fn values_whose_bins_are_one_are_seated() {
        let mut stream = Stream::seed_from_u64(7);
        let same = |bin| [Place { bin, number: 0 }, Place { bin, number: 1 }];
        let places: Vec<_> = (0..16).map(same).collect();
        let tables = seat(&places, 16, 16, &mut stream);
        check(&places, &tables);
        assert_eq!(tables.len(), 1);
    }
}
