//! Blocking iteration over pages.

use super::{Next, Page, Pages};
use crate::runtime::blocking::BlockingIter;
use crate::runtime::blocking::block_on;
use crate::runtime::error::Error;

impl<T: 'static> Pages<T> {
    /// The items as an ordinary iterator. A page is waited for in this thread, when its first item is asked for.
    ///
    /// ```no_run
    /// # fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// for review in venice.characters().reviews("alan-watts").into_blocking_iter() {
    ///     println!("{:?}", review?.message);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_blocking_iter(mut self) -> BlockingIter<Self> {
        self.client = self.client.on_blocking_connections();
        // A call that is on its way has a connection of another runtime.
        self.next = match self.next {
            Next::Asked(place, _) => Next::Ask(place),
            other => other,
        };
        BlockingIter::new(self)
    }
}

impl<T: 'static> BlockingIter<Pages<T>> {
    /// As [`Pages::next_page`], waiting in this thread.
    ///
    /// # Errors
    ///
    /// Those of [`Pages`], and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync) in a thread that belongs to an async
    /// runtime.
    ///
    /// ```no_run
    /// # fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let mut reviews = venice.characters().reviews("alan-watts").into_blocking_iter();
    /// while let Some(page) = reviews.next_page() {
    ///     println!("{} reviews", page?.items.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn next_page(&mut self) -> Option<Result<Page<T>, Error>> {
        self.wait(Pages::poll_page)
    }

    /// As [`Pages::collect_up_to`], waiting in this thread.
    ///
    /// # Errors
    ///
    /// As for [`next_page`](Self::next_page).
    ///
    /// ```no_run
    /// # fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let mut reviews = venice.characters().reviews("alan-watts").into_blocking_iter();
    /// println!("{} reviews", reviews.collect_up_to(500)?.len());
    /// # Ok(()) }
    /// ```
    pub fn collect_up_to(&mut self, limit: usize) -> Result<Vec<T>, Error> {
        block_on(self.stream_mut().collect_up_to(limit))?
    }
}
