//! `Pages`: paginated lists as a stream of items or pages.

pub(crate) mod areas;
mod list;

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::runtime::Id;

pub(crate) use self::list::{Ask, Batch, PageStart};
use crate::runtime::call::{CallFuture, Response, call_options};
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;
use crate::runtime::operation::Operation;
use crate::runtime::transport::CallOptions;
use crate::runtime::transport::http::current_runtime;

/// The most consecutive empty pages.
const MOST_EMPTY_PAGES: u32 = 20;

/// The items of a list, over all its pages.
///
/// A lazy [`Stream`]: a page is requested only when all items of the one before were taken. Each page is a call of its own, retried like
/// any read, with the options of this type (`with_*`).
///
/// ```no_run
/// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// use venice_ai::types::ListCharactersParams;
///
/// let mut characters = venice.characters().list(ListCharactersParams::new().search("tide"));
/// while let Some(character) = characters.next().await {
///     println!("{}", character?.name);
/// }
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// A page that cannot be fetched is an `Err` in its place. No item is lost. If the failure is transient
/// ([`is_transient`](Error::is_transient), or a wallet that did not sign), the next call of [`next`](Self::next) requests the same page
/// again, which is safe as it only reads. After any other error the list ends: `None` after an error does not mean that the list was
/// complete.
///
/// Pagination without progress is [`ErrorKind::EndlessList`]: the API repeated a cursor or a page, or sent more than 20 empty pages.
#[must_use = "nothing is fetched until it is polled"]
pub struct Pages<T> {
    client: Client,
    operation: &'static Operation,
    ask: Ask<T>,
    next: Next<T>,
    /// Fetched pages that were not taken yet.
    pages: VecDeque<Fetched<T>>,
    guard: Guard,
}

/// A page of a list, from [`Pages::next_page`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, in order. A page may be empty.
    pub items: Vec<T>,
    /// The metadata of the page: request id, rate limits, [`pagination`](Meta::pagination).
    pub meta: Meta,
    /// The cursor of the next page, for lists with cursors; `None` on the last one. Stored, it lets another process continue from here, as
    /// long as the API accepts it.
    pub next_cursor: Option<String>,
}

struct Fetched<T> {
    items: std::vec::IntoIter<T>,
    meta: Meta,
    next_cursor: Option<String>,
}

/// The state after the fetched pages.
enum Next<T> {
    Ask(PageStart),
    /// In flight, in this runtime.
    Asked(PageStart, CallFuture<Response<Batch<T>>>, Option<Id>),
    Fail(Error),
    End,
}

/// Detects pagination without progress.
#[derive(Default)]
struct Guard {
    /// The cursors so far, as hashes: a list can have very many.
    cursors: HashSet<u64>,
    hasher: RandomState,
    /// The fingerprints of the pages.
    marks: HashSet<u64>,
    empty: u32,
}

/// The items are never pinned.
impl<T> Unpin for Pages<T> {}

/// Options of the call of each page, as in [`CallOptions`].
impl<T> Pages<T> {
    call_options!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.client.options_mut()
    }
}

impl<T: 'static> Pages<T> {
    pub(crate) fn new(client: &Client, operation: &'static Operation, ask: Ask<T>) -> Self {
        Self {
            client: client.clone(),
            operation,
            ask,
            next: Next::Ask(PageStart::Start),
            pages: VecDeque::new(),
            guard: Guard::default(),
        }
    }

    /// Starts at a cursor of the caller's parameters.
    pub(crate) fn beginning_at(mut self, cursor: Option<&str>) -> Self {
        if let Some(cursor) = cursor {
            self.guard.remember(cursor);
        }
        self
    }

    /// The next item; `None` after the last one. Cancel-safe: dropping the future loses nothing.
    ///
    /// The same as `StreamExt::next`, without the `futures` crate.
    ///
    /// # Errors
    ///
    /// Those of [`Pages`].
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let mut reviews = venice.characters().reviews("alan-watts");
    /// while let Some(review) = reviews.next().await {
    ///     println!("{:?}", review?.message);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|cx| self.poll_item(cx)).await
    }

    /// The next page with its metadata, or the rest of a page of which [`next`](Self::next) took a part; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of [`Pages`].
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let mut reviews = venice.characters().reviews("alan-watts");
    /// while let Some(page) = reviews.next_page().await {
    ///     let page = page?;
    ///     println!("{} reviews of {:?}", page.items.len(), page.meta.pagination().and_then(|all| all.total));
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next_page(&mut self) -> Option<Result<Page<T>, Error>> {
        std::future::poll_fn(|cx| self.poll_page(cx)).await
    }

    /// At most `limit` items. A second call continues where the first one stopped, and no unneeded page is fetched.
    ///
    /// # Errors
    ///
    /// Those of [`Pages`]. Fetched items are not lost: [`next`](Self::next) returns them, and so does a second call.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let reviews = venice.characters().reviews("alan-watts").collect_up_to(500).await?;
    /// println!("{} reviews", reviews.len());
    /// # Ok(()) }
    /// ```
    pub async fn collect_up_to(&mut self, limit: usize) -> Result<Vec<T>, Error> {
        std::future::poll_fn(|cx| self.poll_collect(cx, limit)).await
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            while let Some(page) = self.pages.front_mut() {
                if let Some(item) = page.items.next() {
                    return Poll::Ready(Some(Ok(item)));
                }
                self.pages.pop_front();
            }
            match ready!(self.poll_fetch(cx)) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Page<T>, Error>>> {
        // A page whose items were all taken by `next` is done, even if its end was not polled.
        let mut fresh = false;
        loop {
            while let Some(Fetched { items, meta, next_cursor }) = self.pages.pop_front() {
                if fresh || items.len() > 0 {
                    return Poll::Ready(Some(Ok(Page { items: items.collect(), meta, next_cursor })));
                }
            }
            match ready!(self.poll_fetch(cx)) {
                Some(Ok(())) => fresh = true,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn poll_collect(&mut self, cx: &mut Context<'_>, limit: usize) -> Poll<Result<Vec<T>, Error>> {
        while self.pages.iter().map(|page| page.items.len()).sum::<usize>() < limit {
            match ready!(self.poll_fetch(cx)) {
                Some(fetched) => fetched?,
                None => break,
            }
        }
        let mut taken = Vec::new();
        while taken.len() < limit
            && let Some(page) = self.pages.front_mut()
        {
            taken.extend(page.items.by_ref().take(limit - taken.len()));
            if page.items.len() == 0 {
                self.pages.pop_front();
            }
        }
        Poll::Ready(Ok(taken))
    }

    /// Fetches one page; `None` if there is none.
    fn poll_fetch(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        loop {
            match std::mem::replace(&mut self.next, Next::End) {
                Next::End => return Poll::Ready(None),
                Next::Fail(error) => return Poll::Ready(Some(Err(error))),
                Next::Ask(place) => {
                    let call = (self.ask)(&self.client, &place);
                    self.next = Next::Asked(place, call.with_meta().into_future(), current_runtime());
                }
                // Its connection belongs to a runtime that may be stopped.
                Next::Asked(place, _, runtime) if runtime != current_runtime() => self.next = Next::Ask(place),
                Next::Asked(place, mut call, runtime) => {
                    let Poll::Ready(outcome) = Pin::new(&mut call).poll(cx) else {
                        self.next = Next::Asked(place, call, runtime);
                        return Poll::Pending;
                    };
                    let outcome = outcome.and_then(|reply| self.take(reply)).inspect_err(|error| {
                        if error.is_transient() || error.kind() == ErrorKind::Signing {
                            self.next = Next::Ask(place);
                        }
                    });
                    return Poll::Ready(Some(outcome));
                }
            }
        }
    }

    /// Keeps a page, and determines what follows it.
    fn take(&mut self, reply: Response<Batch<T>>) -> Result<(), Error> {
        let Response { value: Batch { items, next, mark }, meta } = reply;
        let endless = |problem: &str, meta: &Meta| {
            let error = Error::new(
                ErrorKind::EndlessList,
                format!("pagination made no progress: {problem}; the list is incomplete"),
            );
            error.with_operation(self.operation).with_meta(meta.clone())
        };
        if mark.is_some_and(|mark| !self.guard.marks.insert(mark)) {
            return Err(endless("the API repeated a page", &meta));
        }
        self.guard.empty = if items.is_empty() { self.guard.empty + 1 } else { 0 };
        let next_cursor = next.as_ref().and_then(PageStart::cursor).map(str::to_owned);
        self.next = match next {
            None => Next::End,
            Some(next) if next.cursor().is_some_and(|cursor| !self.guard.remember(cursor)) => {
                Next::Fail(endless("the API repeated a cursor", &meta))
            }
            Some(_) if self.guard.empty > MOST_EMPTY_PAGES => {
                Next::Fail(endless(&format!("the API sent {} consecutive empty pages", self.guard.empty), &meta))
            }
            Some(next) => Next::Ask(next),
        };
        self.pages.push_back(Fetched { items: items.into_iter(), meta, next_cursor });
        Ok(())
    }
}

impl Guard {
    /// Whether a cursor is new.
    fn remember(&mut self, cursor: &str) -> bool {
        self.cursors.insert(self.hasher.hash_one(cursor))
    }
}

impl<T: 'static> Stream for Pages<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = match &self.next {
            Next::Ask(place) | Next::Asked(place, ..) => Some(place),
            Next::Fail(_) | Next::End => None,
        };
        f.debug_struct("Pages").field("operation", &self.operation.id).field("next", &next).finish_non_exhaustive()
    }
}
