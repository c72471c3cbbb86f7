//! `splits`: ways to cut an input into pieces. A parser that reads pieces must find the same in all of them.

/// The input as one piece, byte by byte, and in pieces of 1 to 40 bytes that depend on the input.
pub(crate) fn splits(data: &[u8]) -> [Vec<&[u8]>; 3] {
    [vec![data], data.chunks(1).collect(), irregular(data)]
}

/// The same for a text. Pieces end between characters.
pub(crate) fn text_splits(text: &str) -> [Vec<&str>; 3] {
    splits(text.as_bytes()).map(|pieces| {
        let (mut found, mut start, mut end) = (Vec::with_capacity(pieces.len()), 0, 0);
        for piece in pieces {
            end += piece.len();
            if let Some(piece) = text.get(start..end) {
                found.push(piece);
                start = end;
            }
        }
        found
    })
}

pub(crate) fn irregular(data: &[u8]) -> Vec<&[u8]> {
    let start =
        data.iter().take(64).fold(data.len() as u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
    let (mut state, mut rest, mut pieces) = (start, data, Vec::new());
    while !rest.is_empty() {
        // Knuth's linear congruential generator.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let length = 1 + usize::try_from(state >> 33).unwrap_or(0) % 40;
        let (piece, behind) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// That of FNV-1a.
const PRIME: u64 = 0x100_0000_01b3;
