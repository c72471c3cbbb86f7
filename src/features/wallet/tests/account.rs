//! Limits of a policy, and its ledger.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::super::payment::{Payment, PaymentEvent, PaymentState};
use super::*;
use crate::runtime::error::ErrorKind;
use crate::runtime::timestamp::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600 + seconds)
}

fn payment(id: &str, amount: &str, seconds: u64) -> Payment {
    Payment {
        id: id.to_owned(),
        time: Timestamp::from(at(seconds)),
        payer: WalletAddress::evm([1; 20]),
        recipient: Chain::Base.known_recipient(),
        amount: amount.parse().unwrap(),
        is_automatic: false,
    }
}

/// Reserves a payment, sends it, and ends it so. The kind of the refusal, if there is one.
fn pay(policy: &TopUpPolicy, payment: &Payment, seconds: u64, state: PaymentState) -> Result<(), WalletErrorKind> {
    let reserved = policy.account.reserve(payment, policy.limits(), at(seconds));
    let reservation = reserved.map_err(|error| error.kind())?;
    reservation.begin().unwrap();
    reservation.end(state);
    Ok(())
}

#[test]
fn a_payment_above_the_limit_is_not_made() {
    let policy = TopUpPolicy::new("25");
    assert_eq!(pay(&policy, &payment("a", "25", 0), 0, PaymentState::Paid), Ok(()));
    assert_eq!(pay(&policy, &payment("b", "25.000001", 0), 0, PaymentState::Paid), Err(WalletErrorKind::Limit));
    for invalid in ["-1", "many", ""] {
        let error = TopUpPolicy::new(invalid).validate().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{invalid}");
        assert!(TopUpPolicy::new("5").with_period_limit(invalid, DAY).validate().is_err());
    }
}

#[test]
fn the_limit_of_a_period_moves_with_the_time_and_holds_for_all_clones() {
    let policy = TopUpPolicy::new("25").with_period_limit("30", DAY);
    let clone = policy.clone();
    assert_eq!(pay(&policy, &payment("a", "20", 0), 0, PaymentState::Paid), Ok(()));
    assert_eq!(pay(&clone, &payment("b", "10.01", 10), 10, PaymentState::Paid), Err(WalletErrorKind::Limit));
    assert_eq!(pay(&clone, &payment("c", "10", 10), 10, PaymentState::Paid), Ok(()));
    let day = DAY.as_secs();
    assert_eq!(pay(&policy, &payment("d", "20", day - 1), day - 1, PaymentState::Paid), Err(WalletErrorKind::Limit));
    assert_eq!(pay(&policy, &payment("e", "20", day), day, PaymentState::Paid), Ok(()));
    // A clock that went back does not free anything.
    assert_eq!(pay(&policy, &payment("f", "5", 0), 0, PaymentState::Paid), Err(WalletErrorKind::Limit));
}

#[test]
fn what_was_refused_or_dropped_does_not_count() {
    let policy = TopUpPolicy::new("25").with_period_limit("25", DAY);
    for id in ["a", "b", "c"] {
        assert_eq!(pay(&policy, &payment(id, "25", 0), 0, PaymentState::Refused), Ok(()));
        drop(policy.account.reserve(&payment(id, "25", 0), policy.limits(), at(0)).unwrap());
    }
    assert!(policy.payments().is_empty());
    let _reserved = policy.account.reserve(&payment("d", "5", 0), policy.limits(), at(0)).unwrap();
    assert_eq!(pay(&policy, &payment("e", "25", 0), 0, PaymentState::Paid), Err(WalletErrorKind::Limit));
}

#[tokio::test]
async fn an_unknown_outcome_stops_payments_until_it_is_resolved() {
    for is_paid in [true, false] {
        let policy = TopUpPolicy::new("25").with_period_limit("30", DAY);
        assert_eq!(pay(&policy, &payment("a", "25", 0), 0, PaymentState::Unknown), Ok(()));
        let unresolved = policy.unresolved();
        assert_eq!(unresolved, [payment("a", "25", 0)]);
        // However old it is.
        let late = 10 * DAY.as_secs();
        assert_eq!(pay(&policy, &payment("b", "5", late), late, PaymentState::Paid), Err(WalletErrorKind::Unresolved));
        assert!(!policy.resolve("another", is_paid).await.unwrap());
        assert!(policy.resolve("a", is_paid).await.unwrap());
        assert!(!policy.resolve("a", is_paid).await.unwrap());
        let limit = if is_paid { Err(WalletErrorKind::Limit) } else { Ok(()) };
        assert_eq!(pay(&policy, &payment("c", "25", 1), 1, PaymentState::Paid), limit);
    }
}

#[test]
fn a_payment_is_sent_by_one_at_a_time_and_not_after_it_was_paid() {
    let policy = TopUpPolicy::new("25");
    let reservation = policy.account.reserve(&payment("a", "5", 0), policy.limits(), at(0)).unwrap();
    assert!(!reservation.begin().unwrap());
    assert!(reservation.begin().unwrap_err().to_string().contains("is being sent"));
    reservation.end(PaymentState::Unknown);
    assert!(reservation.begin().unwrap(), "its outcome was unknown");
    reservation.end(PaymentState::Paid);
    assert!(reservation.begin().unwrap_err().to_string().contains("was paid"));
}

#[test]
fn a_thousand_payments_of_many_threads_stay_within_the_limit() {
    let policy = TopUpPolicy::new("5").with_period_limit("250", DAY);
    let paid = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for thread in 0..20 {
            let (policy, paid) = (policy.clone(), Arc::clone(&paid));
            scope.spawn(move || {
                for n in 0..50 {
                    let payment = payment(&format!("{thread}-{n}"), "5", 0);
                    if pay(&policy, &payment, 0, PaymentState::Paid).is_ok() {
                        paid.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    }
                }
            });
        }
    });
    assert_eq!(paid.load(std::sync::atomic::Ordering::SeqCst), 50);
}

proptest! {
    /// Whatever the order of payments, their outcomes and the steps of the clock (also backwards): what is paid or may have been paid
    /// within a period never exceeds its limit, and nothing is paid beside an unknown outcome.
    #[test]
    fn no_sequence_of_payments_exceeds_a_limit(
        steps in prop::collection::vec((0_u64..40, -40_i64..120, 0_usize..5, any::<bool>()), 1..60),
        limit in 1_u64..100,
    ) {
        const PERIOD: u64 = 100;
        let policy = TopUpPolicy::new("30").with_period_limit(limit.to_string(), Duration::from_secs(PERIOD));
        let (mut clock, mut counted, mut held) = (1_000_u64, Vec::new(), Vec::new());
        for (n, (dollars, step, fate, settled)) in steps.into_iter().enumerate() {
            clock = clock.saturating_add_signed(step);
            let payment = payment(&n.to_string(), &dollars.to_string(), clock);
            let Ok(reservation) = policy.account.reserve(&payment, policy.limits(), at(clock)) else { continue };
            prop_assert!(dollars <= 30 && policy.unresolved().is_empty());
            let recent = counted.iter().filter(|(time, _)| clock.saturating_sub(*time) < PERIOD);
            let sum = dollars + recent.map(|(_, dollars)| dollars).sum::<u64>();
            let reserved: u64 = held.iter().map(|(_, dollars)| dollars).sum();
            prop_assert!(sum + reserved <= limit, "{sum} + {reserved} of {limit} dollars at {clock}");
            match fate {
                // It stays on its way.
                0 => held.push((reservation, dollars)),
                // Dropped before it was sent.
                1 => {}
                fate => {
                    reservation.begin().unwrap();
                    let state = [PaymentState::Paid, PaymentState::Refused, PaymentState::Unknown][fate - 2];
                    reservation.end(state);
                    let is_paid = state == PaymentState::Paid || (state == PaymentState::Unknown && settled);
                    if state == PaymentState::Unknown {
                        prop_assert!(policy.account.resolve(&payment.id, is_paid).is_some());
                    }
                    if is_paid {
                        counted.push((clock, dollars));
                    }
                }
            }
        }
    }
}

/// A file that goes with the test.
struct TestFile(PathBuf);

impl TestFile {
    fn new(name: &str) -> Self {
        let file = Self(std::env::temp_dir().join(format!("venice-ledger-{name}-{}.jsonl", std::process::id())));
        let _ = std::fs::remove_file(&file.0);
        file
    }

    fn read(&self) -> String {
        std::fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn event(state: PaymentState, payment: Payment) -> PaymentEvent {
    PaymentEvent::new(state, payment)
}

#[tokio::test]
async fn a_ledger_restores_what_was_paid_and_what_is_unresolved() {
    use PaymentState::{Paid, Refused, Sent, Unknown};
    let file = TestFile::new("restores");
    {
        let policy = TopUpPolicy::new("25").with_ledger(&file.0).unwrap();
        for (id, states) in [("a", [Sent, Paid]), ("b", [Sent, Refused]), ("c", [Sent, Unknown])] {
            for state in states {
                policy.record(&event(state, payment(id, "5.50", 0))).await.unwrap();
            }
        }
        policy.record(&event(Sent, payment("d", "7", 3))).await.unwrap();
        let second = TopUpPolicy::new("25").with_ledger(&file.0);
        if cfg!(file_lock) {
            assert!(second.unwrap_err().to_string().contains("in use"));
        }
    }
    let policy = TopUpPolicy::new("25").with_period_limit("18", DAY).with_ledger(&file.0).unwrap();
    assert_eq!(
        policy.payments(),
        [(payment("a", "5.50", 0), Paid), (payment("c", "5.50", 0), Unknown), (payment("d", "7", 3), Unknown)]
    );
    assert_eq!(policy.unresolved().len(), 2);
    assert_eq!(pay(&policy, &payment("e", "5", 4), 4, Paid), Err(WalletErrorKind::Unresolved));
    policy.resolve("c", true).await.unwrap();
    policy.resolve("d", true).await.unwrap();
    assert_eq!(pay(&policy, &payment("e", "5", 4), 4, Paid), Err(WalletErrorKind::Limit));
    drop(policy);
    let policy = TopUpPolicy::new("25").with_ledger(&file.0).unwrap();
    assert!(policy.unresolved().is_empty() && policy.payments().len() == 3);
}

#[tokio::test]
async fn a_ledger_is_mended_after_a_crash_and_rejected_if_it_is_damaged() {
    let file = TestFile::new("mended");
    let policy = TopUpPolicy::new("25").with_ledger(&file.0).unwrap();
    policy.record(&event(PaymentState::Sent, payment("a", "5", 0))).await.unwrap();
    drop(policy);
    let whole = file.read();
    assert_eq!(whole.lines().next(), Some(r#"{"venice_payments":1}"#));
    for end in 0..whole.len() {
        std::fs::write(&file.0, &whole[..end]).unwrap();
        let policy = TopUpPolicy::new("25").with_ledger(&file.0).unwrap();
        assert!(policy.payments().is_empty(), "a line that was cut announced nothing that was sent");
        policy.record(&event(PaymentState::Sent, payment("a", "5", 0))).await.unwrap();
        drop(policy);
        assert_eq!(file.read(), whole);
    }
    let damaged = whole.replacen("sent", "mended", 1);
    for (text, reason) in [
        (&*damaged, "damaged in line 2"),
        ("a,b\n1,2\n", "not a ledger"),
        ("{\"venice_payments\":2}\n", "not a ledger"),
        (&*whole.replacen("\"5\"", "\"-5\"", 1), "damaged in line 2"),
    ] {
        std::fs::write(&file.0, text).unwrap();
        let error = TopUpPolicy::new("25").with_ledger(&file.0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(file.read(), text, "it is left as it was");
    }
    let folder = TopUpPolicy::new("25").with_ledger(std::env::temp_dir()).unwrap_err();
    assert_eq!(folder.kind(), ErrorKind::Io);
}

/// The test runs itself again with a limit on the size of files, which has the effect of a full disk.
#[cfg(unix)]
#[test]
fn a_line_that_a_full_disk_cuts_is_an_error_and_leaves_whole_lines() {
    const CHILD: &str = "VENICE_TEST_FULL_DISK";
    let record = |policy: &TopUpPolicy, n: usize| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(policy.record(&event(PaymentState::Sent, payment(&n.to_string(), "5", 0))))
    };
    if let Some(path) = std::env::var_os(CHILD) {
        let policy = TopUpPolicy::new("25").with_ledger(path).unwrap();
        let (n, error) = (0..100).find_map(|n| Some((n, record(&policy, n).err()?))).unwrap();
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(n > 0 && record(&policy, n).is_err(), "it stays an error");
        println!("recorded {n}");
        return;
    }
    let file = TestFile::new("full-disk");
    let name = "features::wallet::tests::account::a_line_that_a_full_disk_cuts_is_an_error_and_leaves_whole_lines";
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, &file.0)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{output}{}", String::from_utf8_lossy(&child.stderr));
    let recorded: usize = output.split("recorded ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    assert!(file.read().ends_with('\n'));
    let policy = TopUpPolicy::new("25").with_ledger(&file.0).unwrap();
    assert_eq!(policy.unresolved().len(), recorded);
    record(&policy, 100).unwrap();
    drop(policy);
    assert_eq!(TopUpPolicy::new("25").with_ledger(&file.0).unwrap().unresolved().len(), recorded + 1);
}

#[test]
fn an_event_is_a_line_and_comes_back() {
    let mut event = event(PaymentState::Paid, payment("a", "5.000001", 0));
    event.payment_id = Some("p-1\n".to_owned());
    event.code = Some("X".to_owned());
    let line = event.to_line();
    assert_eq!((line.matches('\n').count(), line.ends_with('\n')), (1, true));
    assert_eq!(PaymentEvent::of_line(line.trim_end().as_bytes()), Some(event));
}
