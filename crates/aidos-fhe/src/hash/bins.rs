//! Simple hashing of a list: each value into both of its bins, all bins filled to one height.

use zeroize::Zeroize;

use super::{Canary, Hashing, Place, Point};
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
    /// Where each bin begins in `roots`, and where the last one ends.
    starts: Vec<usize>,
    roots: Vec<Root>,
}

/// A zero of a bin's polynomials, and the label that stands there. Secret.
#[derive(Clone, Copy, Default)]
pub(crate) struct Root {
    pub(crate) number: u64,
    pub(crate) label: u16,
}

impl Bins {
    /// Sorts distinct points into their bins.
    ///
    /// A bin that overflows is an error, not a reason to try another key: that would say something of the list.
    pub(crate) fn new(
        set: &'static Set,
        hashing: &Hashing,
        points: &[(Point, u16)],
        canaries: &[Canary],
        threads: usize,
    ) -> Result<Self, Error> {
        let found = points.len() as u64;
        let rung = set.rung(found).ok_or(Error::TooMany {
            found,
            most: set.most_entries(),
        })?;
        // Each place is computed twice, to be counted and to be written: kept, they would take more memory than all else.
        let strips = 0..points.len().div_ceil(STRIP);
        let strip = |number: usize| points.chunks(STRIP).nth(number).unwrap_or_default();
        let each_strip = |take: &mut (dyn FnMut(Place, u16) + Send)| {
            workers::ordered(
                threads,
                strips.clone(),
                || (),
                |(), number| {
                    let places = strip(number).iter().flat_map(|(point, label)| {
                        hashing.places(*point).map(|place| (place, *label))
                    });
                    Ok(places.collect::<Vec<_>>())
                },
                |places| {
                    for (place, label) in places {
                        take(place, label);
                    }
                    Ok(())
                },
            )?;
            for canary in canaries {
                take(canary.listed, 0);
            }
            Ok::<(), Error>(())
        };
        let mut counts = vec![0_usize; set.bins()];
        each_strip(&mut |place, _| {
            if let Some(count) = counts.get_mut(place.bin as usize) {
                *count += 1;
            }
        })?;
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
        let all = counts.iter().sum();
        let starts: Vec<usize> = ends.iter().copied().chain([all]).collect();
        let mut roots = vec![Root::default(); all];
        each_strip(&mut |place, label| {
            let Some(end) = ends.get_mut(place.bin as usize) else {
                return;
            };
            if let Some(root) = roots.get_mut(*end) {
                let number = place.number;
                *root = Root { number, label };
            }
            *end += 1;
        })?;
        Ok(Self {
            set,
            rung,
            starts,
            roots,
        })
    }

    pub(crate) fn rung(&self) -> &'static Rung {
        self.rung
    }

    /// Writes a bin into `column`: its roots and as many distinct dummies as fill it, in an order from `stream`, which knows
    /// nothing of the hash key, since the order under the hash key would say which polynomial holds a value.
    pub(crate) fn column(&self, bin: usize, stream: &mut Stream, column: &mut Vec<Root>) {
        column.clear();
        let range = self
            .starts
            .get(bin)
            .copied()
            .zip(self.starts.get(bin + 1).copied());
        let roots = range.and_then(|(start, end)| self.roots.get(start..end));
        column.extend_from_slice(roots.unwrap_or_default());
        let missing = self.rung.capacity(self.set).saturating_sub(column.len());
        let dummies = (self.set.list_dummy()..).take(missing);
        column.extend(dummies.map(|number| Root { number, label: 0 }));
        shuffle(stream, column);
    }
}

impl Drop for Bins {
    fn drop(&mut self) {
        for root in &mut self.roots {
            root.number.zeroize();
            root.label.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::HashKey;
    use crate::normalise::{Kind, Value};
    use crate::set::TOY;
    use rand_chacha::rand_core::SeedableRng;

    fn toy(count: u32) -> (Hashing, Vec<(Point, u16)>) {
        let hashing = Hashing::new(&TOY, &HashKey::from_bytes([4; 32], Kind::Ipv4));
        let points = (0..count)
            .map(|number| (hashing.point(&Value::Number(number * 7)).unwrap(), 0))
            .collect();
        (hashing, points)
    }

    #[test]
    fn every_value_stands_in_both_bins_and_dummies_fill_the_rest() {
        for count in [0, 1, 20, 21, 400] {
            let (hashing, points) = toy(count);
            let bins = Bins::new(&TOY, &hashing, &points, &[], 2).unwrap();
            let mut stream = Stream::seed_from_u64(1);
            let (mut real, mut roots) = (0, Vec::new());
            for bin in 0..TOY.bins() {
                bins.column(bin, &mut stream, &mut roots);
                let column: Vec<u64> = roots.iter().map(|root| root.number).collect();
                assert_eq!(column.len(), bins.rung().capacity(&TOY));
                assert!(!column.contains(&TOY.query_dummy()));
                assert!(column.iter().all(|number| *number < TOY.plaintext));
                real += column.iter().filter(|n| **n < TOY.query_dummy()).count();
                let mut distinct = column.clone();
                distinct.sort_unstable();
                distinct.dedup();
                assert_eq!(distinct.len(), column.len());
                for place in points.iter().flat_map(|(point, _)| hashing.places(*point)) {
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
            Bins::new(&TOY, &hashing, &points, &[], 2),
            Err(Error::TooMany {
                found: 401,
                most: 400
            })
        ));
        // Two hundred values that know two bins.
        let (hashing, points) = toy(1);
        assert!(matches!(
            Bins::new(&TOY, &hashing, &points.repeat(20), &[], 2),
            Err(Error::Column {
                found: 20 | 40,
                most: 16
            })
        ));
    }
}
