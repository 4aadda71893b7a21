//! Simple hashing of a list: each value into both of its bins, all bins filled to one height.

use super::{Hashing, Point};
use crate::Error;
use crate::entropy::{Stream, shuffle};
use crate::set::{Rung, Set};
use crate::workers;

/// Points that a thread places at once.
const STRIP: usize = 8_192;

/// The numbers of a list, bin by bin.
pub(crate) struct Bins {
    set: &'static Set,
    rung: &'static Rung,
    /// Where each bin begins in `numbers`, and where the last one ends.
    starts: Vec<usize>,
    numbers: Vec<u64>,
}

impl Bins {
    /// Sorts distinct points into their bins.
    ///
    /// A bin that overflows is an error, not a reason to try another key: that would say something of the list.
    pub(crate) fn new(
        set: &'static Set,
        hashing: &Hashing,
        points: &[Point],
        threads: usize,
    ) -> Result<Self, Error> {
        let found = points.len() as u64;
        let rung = set.rung(found).ok_or(Error::TooMany {
            found,
            most: set.most_entries(),
        })?;
        // Looking up the tables of the hash functions takes longer than all else here.
        let strips = points.len().div_ceil(STRIP);
        let places = workers::each(
            threads,
            strips,
            || (),
            |(), strip| {
                let points = points.chunks(STRIP).nth(strip).unwrap_or_default();
                Ok(points
                    .iter()
                    .map(|point| hashing.places(*point))
                    .collect::<Vec<_>>())
            },
        )?;
        let places = places.concat().into_flattened();
        let mut counts = vec![0_usize; set.bins()];
        for place in &places {
            if let Some(count) = counts.get_mut(place.bin as usize) {
                *count += 1;
            }
        }
        let most = rung.capacity(set);
        let fullest = counts.iter().copied().max().unwrap_or(0);
        if fullest > most {
            return Err(Error::Column {
                found: fullest,
                most,
            });
        }
        let mut ends: Vec<usize> = counts
            .iter()
            .scan(0, |sum, count| {
                let start = *sum;
                *sum += count;
                Some(start)
            })
            .collect();
        let starts: Vec<usize> = ends.iter().copied().chain([places.len()]).collect();
        let mut numbers = vec![0; places.len()];
        for place in places {
            let Some(end) = ends.get_mut(place.bin as usize) else {
                continue;
            };
            if let Some(number) = numbers.get_mut(*end) {
                *number = place.number;
            }
            *end += 1;
        }
        Ok(Self {
            set,
            rung,
            starts,
            numbers,
        })
    }

    pub(crate) fn rung(&self) -> &'static Rung {
        self.rung
    }

    /// Writes a bin into `column`: its numbers and as many distinct dummies as fill it, in an order from the
    /// operating system, since the order under the hash key would say which polynomial holds a value.
    pub(crate) fn column(&self, bin: usize, stream: &mut Stream, column: &mut Vec<u64>) {
        column.clear();
        let range = self
            .starts
            .get(bin)
            .copied()
            .zip(self.starts.get(bin + 1).copied());
        let numbers = range.and_then(|(start, end)| self.numbers.get(start..end));
        column.extend_from_slice(numbers.unwrap_or_default());
        let missing = self.rung.capacity(self.set).saturating_sub(column.len());
        column.extend((self.set.list_dummy()..).take(missing));
        shuffle(stream, column);
    }
}

impl Drop for Bins {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.numbers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::HashKey;
    use crate::normalise::{Kind, Value};
    use crate::set::TOY;
    use rand_chacha::rand_core::SeedableRng;

    fn toy(count: u32) -> (Hashing, Vec<Point>) {
        let hashing = Hashing::new(&TOY, &HashKey::from_bytes([4; 32], Kind::Ipv4));
        let points = (0..count)
            .map(|number| hashing.point(&Value::Number(number * 7)).unwrap())
            .collect();
        (hashing, points)
    }

    #[test]
    fn every_value_stands_in_both_bins_and_dummies_fill_the_rest() {
        for count in [0, 1, 20, 21, 400] {
            let (hashing, points) = toy(count);
            let bins = Bins::new(&TOY, &hashing, &points, 2).unwrap();
            let mut stream = Stream::seed_from_u64(1);
            let (mut real, mut column) = (0, Vec::new());
            for bin in 0..TOY.bins() {
                bins.column(bin, &mut stream, &mut column);
                assert_eq!(column.len(), bins.rung().capacity(&TOY));
                assert!(!column.contains(&TOY.query_dummy()));
                assert!(column.iter().all(|number| *number < TOY.plaintext));
                real += column.iter().filter(|n| **n < TOY.query_dummy()).count();
                let mut distinct = column.clone();
                distinct.sort_unstable();
                distinct.dedup();
                assert_eq!(distinct.len(), column.len());
                for place in points.iter().flat_map(|point| hashing.places(*point)) {
                    let stands = place.bin as usize != bin || column.contains(&place.number);
                    assert!(stands);
                }
            }
            assert_eq!(real, 2 * count as usize);
        }
    }

    #[test]
    fn too_many_are_refused() {
        let (hashing, points) = toy(401);
        assert!(matches!(
            Bins::new(&TOY, &hashing, &points, 2),
            Err(Error::TooMany {
                found: 401,
                most: 400
            })
        ));
        // Two hundred values that know two bins.
        let (hashing, points) = toy(1);
        assert!(matches!(
            Bins::new(&TOY, &hashing, &points.repeat(20), 2),
            Err(Error::Column {
                found: 20 | 40,
                most: 12
            })
        ));
    }
}
