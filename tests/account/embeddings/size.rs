//! The size of base64 vectors, as documented.

use super::coded;

/// Numbers as vectors have them, of length 1 and without a pattern.
fn vector(dimensions: u32) -> Vec<f32> {
    let number =
        |n: u32| (n.wrapping_mul(2_654_435_761) ^ 0x5bd1_e995).wrapping_mul(0x85eb_ca6b) as f64 / f64::from(u32::MAX);
    let numbers: Vec<f64> = (1..=dimensions).map(|n| number(n) * 2.0 - 1.0).collect();
    let length = numbers.iter().map(|number| number * number).sum::<f64>().sqrt();
    numbers.iter().map(|number| (number / length) as f32).collect()
}

#[test]
fn base64_takes_half_of_short_numbers_and_a_quarter_of_long_ones() {
    let vector = vector(1024);
    let base64 = coded(&vector).len() as f64;
    let short = serde_json::to_string(&vector).unwrap().len() as f64;
    let long: Vec<f64> = vector.iter().map(|number| f64::from(*number)).collect();
    let long = serde_json::to_string(&long).unwrap().len() as f64;
    println!("base64 {base64}, 32-bit numbers {short}, the same numbers with the digits of 64 bits {long}");
    assert!((0.40..0.55).contains(&(base64 / short)), "{}", base64 / short);
    assert!((0.20..0.30).contains(&(base64 / long)), "{}", base64 / long);
}
