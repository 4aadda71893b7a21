//! The published ways of comparing two encrypted lists, in the library whose polynomials Aidos uses (`fhe` 0.1.1), with
//! the parameters of IP4-S1.
//!
//! Neither is run to its end: what is timed is a batch of the operation that each repeats, printed as JSON in
//! milliseconds of one thread. `benches/run` multiplies.
//!
//! - Pairwise equality: a masked difference, (x − y)·r, tells 8,192 pairs. The results, one for each pair, are not
//!   counted, though they are what makes it hopeless.
//! - Product tree of (x − y): each multiplication with relinearisation joins two factors of 8,192 bins.

use std::time::Instant;

use fhe::bfv::{
    BfvParametersBuilder, Ciphertext, Encoding, Plaintext, RelinearizationKey, SecretKey,
};
use fhe_traits::{FheEncoder, FheEncrypter};

const BATCH: u32 = 40;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parameters = BfvParametersBuilder::new()
        .set_degree(8_192)
        .set_plaintext_modulus(786_433)
        .set_moduli(&[
            0x001f_ffff_fffb_4001,
            0x001f_ffff_fffa_4001,
            0x001f_ffff_fff9_c001,
            0x001f_ffff_fff3_8001,
        ])
        .build_arc()?;
    let mut rng = rand::rng();
    let secret = SecretKey::random(&parameters, &mut rng);
    let relinearisation = RelinearizationKey::new(&secret, &mut rng)?;
    let slots: Vec<u64> = (0..8_192).map(|slot| slot * 31 + 1).collect();
    let plain = Plaintext::try_encode(&slots, Encoding::simd(), &parameters)?;
    let x: Ciphertext = secret.try_encrypt(&plain, &mut rng)?;
    let y: Ciphertext = secret.try_encrypt(&plain, &mut rng)?;

    let begun = Instant::now();
    for _ in 0..BATCH {
        let mut difference = &x - &y;
        difference *= &plain;
        std::hint::black_box(&difference);
    }
    let pairwise = begun.elapsed();

    let begun = Instant::now();
    for _ in 0..BATCH {
        let mut product = &x * &y;
        relinearisation.relinearizes(&mut product)?;
        std::hint::black_box(&product);
    }
    let tree = begun.elapsed();
    let millis = |time: std::time::Duration| time.as_secs_f64() * 1e3 / f64::from(BATCH);
    println!(
        "{{\"pairs\": 8192, \"difference\": {}, \"product\": {}}}",
        millis(pairwise),
        millis(tree)
    );
    Ok(())
}
