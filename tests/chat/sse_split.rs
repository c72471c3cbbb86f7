//! Properties for every byte stream: the chunks make no difference, no input breaks the decoder, and no input makes it keep more than the
//! limit.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use venice_ai::stream::sse::{SseDecoder, SseError, SseEvent};

const LIMIT: usize = 48;

/// Everything observable of a decoded stream.
#[derive(Debug, PartialEq)]
struct Seen {
    items: Vec<Result<SseEvent, SseError>>,
    id: Option<String>,
    retry: Option<std::time::Duration>,
}

fn decode<'a>(limit: usize, chunks: impl Iterator<Item = &'a [u8]>) -> Seen {
    let mut decoder = SseDecoder::new().with_max_event_bytes(limit);
    let mut items = Vec::new();
    for chunk in chunks {
        decoder.push(Bytes::copy_from_slice(chunk));
        items.extend(std::iter::from_fn(|| decoder.next_event()));
        assert!(decoder.buffered_bytes() <= limit, "{} bytes are kept", decoder.buffered_bytes());
    }
    decoder.finish();
    items.extend(std::iter::from_fn(|| decoder.next_event()));
    Seen { items, id: decoder.last_event_id().map(str::to_owned), retry: decoder.retry() }
}

fn cut<'a>(text: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place % (text.len() + 1)).collect();
    places.extend([0, text.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

/// Bytes that look like a stream: meaningful pieces in any order, among arbitrary ones.
fn stream_like() -> impl Strategy<Value = Vec<u8>> {
    let meaningful = prop::sample::select(vec![
        &b"data: "[..],
        b"data:",
        b"data",
        b"event: error",
        b"id: 7",
        b"retry: 10",
        b": ping",
        b"\n",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\r\n\r\n",
        b"\xEF\xBB\xBF",
        b"[DONE]",
        b"{\"a\":\"\xC3\xA9\"}",
        "\u{1F30A}".as_bytes(),
        b"\xFF",
        b" ",
        b"\0",
        b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ])
    .prop_map(<[u8]>::to_vec);
    let piece = prop_oneof![8 => meaningful, 1 => vec(any::<u8>(), 0..4)];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same_events(text in stream_like(), places in vec(any::<usize>(), 0..12)) {
        let whole = decode(usize::MAX, std::iter::once(&text[..]));
        prop_assert_eq!(&decode(usize::MAX, cut(&text, &places).into_iter()), &whole);
        prop_assert_eq!(&decode(usize::MAX, text.chunks(1)), &whole);
    }

    #[test]
    fn any_split_gives_the_same_events_and_the_same_rejections_under_a_limit(
        text in stream_like(), places in vec(any::<usize>(), 0..12),
    ) {
        let whole = decode(LIMIT, std::iter::once(&text[..]));
        prop_assert_eq!(&decode(LIMIT, cut(&text, &places).into_iter()), &whole);
        prop_assert_eq!(&decode(LIMIT, text.chunks(1)), &whole);
    }

    #[test]
    fn arbitrary_bytes_never_break_the_decoder(text in vec(any::<u8>(), 0..400), size in 1_usize..40) {
        decode(LIMIT, text.chunks(size));
    }

    #[test]
    fn any_text_comes_back_as_it_was_sent(lines in vec("[^\r\n]{0,20}", 1..5), end in prop::sample::select(vec!["\n", "\r", "\r\n"])) {
        let mut text: String = lines.iter().map(|line| format!("data: {line}{end}")).collect();
        text.push_str(end);
        let seen = decode(usize::MAX, text.as_bytes().chunks(3));
        prop_assert_eq!(seen.items.len(), 1);
        prop_assert_eq!(seen.items[0].as_ref().map(SseEvent::data), Ok(&lines.join("\n")[..]));
    }
}
