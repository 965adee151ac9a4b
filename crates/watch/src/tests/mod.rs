//! Outages of known length, in a time that nobody waits for: through the finder alone, and through all that counts.

mod outages;
mod seeded;
