//! `Pages`: paginated lists as a stream of items or pages.

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

/// So many empty pages in a row are taken for an end that the API does not admit.
const MOST_EMPTY_PAGES: u32 = 20;

/// The items of a list, over all its pages.
///
/// A [`Stream`] that is pulled: no page is asked for before all items of the one before are taken, and the first one not before
/// the first item is. Each page is a call of its own: it is repeated like any read, and the options of this type (`with_…`) hold for
/// every one of them.
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
/// A page that cannot be fetched is an `Err` in its place. No item is lost: those of the pages before were given out or still
/// are. If the failure may pass ([`is_transient`](Error::is_transient), or a wallet that did not sign), the next call of
/// [`next`](Self::next) asks for the same page again, which is safe as nothing but reading is repeated. After any other error the
/// list ends: `None` behind an error does not mean that the list was complete.
///
/// A list that goes round in circles is [`ErrorKind::EndlessList`]: the API sent a cursor for the second time, the same page
/// again, or more than 20 empty pages.
#[must_use = "nothing is fetched until it is asked for"]
pub struct Pages<T> {
    client: Client,
    operation: &'static Operation,
    ask: Ask<T>,
    next: Next<T>,
    /// What was fetched and not taken.
    pages: VecDeque<Fetched<T>>,
    guard: Guard,
}

/// A page of a list, from [`Pages::next_page`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, in their order. A page may be empty.
    pub items: Vec<T>,
    /// What came with the page: request id, rate limits, [`pagination`](Meta::pagination).
    pub meta: Meta,
    /// Where the next page starts, of lists that have cursors; `None` on the last one. Kept somewhere, it lets another process go on
    /// from here, as long as the API remembers it.
    pub next_cursor: Option<String>,
}

struct Fetched<T> {
    items: std::vec::IntoIter<T>,
    meta: Meta,
    next_cursor: Option<String>,
}

/// What comes behind the pages that were fetched.
enum Next<T> {
    Ask(PageStart),
    /// In this runtime.
    Asked(PageStart, CallFuture<Response<Batch<T>>>, Option<Id>),
    Fail(Error),
    End,
}

/// What a list has shown so far, to notice when it goes round in circles.
#[derive(Default)]
struct Guard {
    /// The cursors that led anywhere, as hashes: a list can have very many.
    cursors: HashSet<u64>,
    hasher: RandomState,
    /// What told the pages from each other.
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

    /// The caller's parameters have a cursor already.
    pub(crate) fn beginning_at(mut self, cursor: Option<&str>) -> Self {
        if let Some(cursor) = cursor {
            self.guard.remember(cursor);
        }
        self
    }

    /// The next item; `None` behind the last one. Nothing is lost when the future is dropped.
    ///
    /// The same as `StreamExt::next`, for programs that do without the `futures` crate.
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

    /// The next page with what came beside it, or the rest of the page of which [`next`](Self::next) took a part; `None` behind the
    /// last one.
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

    /// As many items as there are, but at most `limit`. The others are there to be taken: a second call goes on where the first one
    /// stopped, and no page is fetched that is not needed.
    ///
    /// # Errors
    ///
    /// Those of [`Pages`]. What was fetched until then is not lost: [`next`](Self::next) gives it, and so does a second call.
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
        // A page whose items `next` took is done, even if nobody has looked behind the last one.
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

    /// Fetches one page; `None` where there is none.
    fn poll_fetch(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        loop {
            match std::mem::replace(&mut self.next, Next::End) {
                Next::End => return Poll::Ready(None),
                Next::Fail(error) => return Poll::Ready(Some(Err(error))),
                Next::Ask(place) => {
                    let call = (self.ask)(&self.client, &place);
                    self.next = Next::Asked(place, call.with_meta().into_future(), current_runtime());
                }
                // It has a connection of a runtime that may stand still.
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

    /// Keeps a page, and finds out what comes behind it.
    fn take(&mut self, reply: Response<Batch<T>>) -> Result<(), Error> {
        let Response { value: Batch { items, next, mark }, meta } = reply;
        let endless = |problem: &str, meta: &Meta| {
            let error =
                Error::new(ErrorKind::EndlessList, format!("{problem}; what came before is not the whole list"));
            error.with_operation(self.operation).with_meta(meta.clone())
        };
        if mark.is_some_and(|mark| !self.guard.marks.insert(mark)) {
            return Err(endless("the API sent the same page again", &meta));
        }
        self.guard.empty = if items.is_empty() { self.guard.empty + 1 } else { 0 };
        let next_cursor = next.as_ref().and_then(PageStart::cursor).map(str::to_owned);
        self.next = match next {
            None => Next::End,
            Some(next) if next.cursor().is_some_and(|cursor| !self.guard.remember(cursor)) => {
                Next::Fail(endless("the API sent a cursor that it had sent before", &meta))
            }
            Some(_) if self.guard.empty > MOST_EMPTY_PAGES => {
                Next::Fail(endless(&format!("the API sent {} empty pages in a row", self.guard.empty), &meta))
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
