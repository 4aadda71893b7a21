//! What a polynomial of a list, or the powers of a query set, look like on the wire: as many ciphertexts as there are
//! roots, a record for each limb.
//!
//! Within a limb the order is block of coefficients, ciphertext, part: the order in which the kernel reads, so that memory
//! is read from its begin to its end.

use zeroize::Zeroizing;

use crate::codec::{Artefact, Seal, pack};
use crate::set::Set;
use crate::{Error, PublicKey, entropy, workers};

/// Coefficients of a block: the fewest that a polynomial has.
pub(crate) const BLOCK: usize = 64;

/// Bytes of a block.
pub(crate) fn block_bytes(set: &Set) -> usize {
    BLOCK * set.limb_bits() as usize / 8
}

/// Encrypts the slots of ciphertext 0, 1 … `roots` − 1; gives the records, the first of which has this index.
pub(crate) fn encrypt(
    public: &PublicKey,
    roots: usize,
    first: u64,
    threads: usize,
    slots: impl Fn(usize) -> Zeroizing<Vec<u64>> + Sync,
) -> Result<Vec<Seal>, Error> {
    let (scheme, set) = (&public.scheme, public.scheme.set);
    let ciphertexts = workers::each(
        threads,
        roots,
        || (),
        |(), number| {
            let mut slots = slots(number);
            let parts = scheme.encrypt(&public.pair, &mut slots, &mut entropy::fresh()?)?;
            Ok(parts.map(|part| Vec::<u64>::from(&part)))
        },
    )?;
    let limbs = set.limbs.len();
    workers::each(
        threads,
        limbs,
        || (),
        |(), limb| {
            let bytes = pack_limb(set, limb, &ciphertexts);
            Ok(Seal::new(first + limb as u64, bytes))
        },
    )
}

/// One limb of all ciphertexts.
pub(crate) fn pack_limb(set: &Set, limb: usize, ciphertexts: &[[Vec<u64>; 2]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 * ciphertexts.len() * set.poly_bytes(1));
    for start in (limb * set.degree..(limb + 1) * set.degree).step_by(BLOCK) {
        for part in ciphertexts.iter().flatten() {
            let block = part.get(start..start + BLOCK).unwrap_or_default();
            pack::pack(block, set.limb_bits(), &mut bytes);
        }
    }
    bytes
}

/// Reads one limb of the first `roots` of a query's powers, unpacked, in the same order.
pub(crate) fn unpack_limb(
    query: &Artefact<'_>,
    index: u64,
    limb: usize,
    roots: usize,
    buffer: &mut Vec<u8>,
) -> Result<Vec<u64>, Error> {
    let set = query.header().set;
    query.records(index, 1, buffer)?;
    let limb = set.limbs.get(limb).copied().unwrap_or(0);
    let mut out = vec![0; 2 * roots * set.degree];
    let blocks = buffer.chunks_exact(2 * set.powers * block_bytes(set));
    for (bytes, out) in blocks.zip(out.chunks_exact_mut(2 * roots * BLOCK)) {
        if !pack::unpack(bytes, set.limb_bits(), limb, out)? {
            return Err(query.coefficient(index));
        }
    }
    Ok(out)
}
