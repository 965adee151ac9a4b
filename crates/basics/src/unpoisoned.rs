//! Locks of what only short sections hold, none of which leaves it half done: a panic of another thread takes nothing from it.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks it, whatever became of those who had it before.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
