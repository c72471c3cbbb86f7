//! `cosine_similarity`: compares two vectors.

/// The cosine similarity of two vectors: 1 for the same direction, 0 for orthogonal ones, -1 for opposites. `None` if their lengths differ,
/// or one of them has no direction (empty, all zeros, or not finite).
///
/// Compare only vectors of the same model and the same `dimensions`; others may have the same length by chance.
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
    // Double precision does not overflow, and long vectors lose nothing.
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
