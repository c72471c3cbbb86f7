//! Music, effects and long speech, which are made in a queue.
