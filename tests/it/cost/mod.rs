//! Money: exact amounts, estimates, budgets, tallies.

mod amounts;
