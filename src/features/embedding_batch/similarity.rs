//! How alike two vectors are.

/// The cosine of the angle between two vectors: 1 for the same direction, 0 for nothing in common, -1 for opposites. `None` if
/// they have different lengths, or one of them has no direction (it is empty, all zeros, or not finite).
///
/// Compare only vectors of the same model and the same `dimensions`; others have the same length now and then, and mean nothing
/// together.
///
/// ```
/// use venice_ai::embeddings::cosine_similarity;
///
/// assert_eq!(cosine_similarity(&[1.0, 0.0], &[2.0, 0.0]), Some(1.0));
/// assert_eq!(cosine_similarity(&[1.0, 0.0], &[0.0, 3.0]), Some(0.0));
/// assert_eq!(cosine_similarity(&[1.0, 0.0], &[1.0]), None);
/// ```
#[must_use]
pub fn cosine_similarity(a: &[f32], b: &[f32]) -> Option<f32> {
    if a.len() != b.len() {
        return None;
    }
    // In double precision nothing overflows, and long vectors lose nothing.
    let (mut dot, mut aa, mut bb) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(*a), f64::from(*b));
        dot += a * b;
        aa += a * a;
        bb += b * b;
    }
    let cosine = dot / (aa.sqrt() * bb.sqrt());
    cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0) as f32)
}
