//! A request as one transaction: the tables are locked here, once, for all that it reads, writes and tells.
//!
//! A route is a function of node, tables and request. Events, and word of what is out of date, are handed to their queues
//! before the tables are open again, so that nobody sees a change later than they hear of it. Routes that wait for the file
//! store, a mail server or somebody's program stay `async`: they [`NodeCore::transact`] before and after, never across.

use std::sync::Arc;

use axum::extract::{FromRequest, State};
use axum::handler::Handler;

use crate::db::tables::Tables;
use crate::node::answer::Answer;
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, Token};

impl NodeCore {
    /// Does something with the tables, which nobody else sees meanwhile.
    pub(crate) fn transact<T>(&self, act: impl FnOnce(&mut Tables) -> T) -> T {
        act(&mut self.world.tables())
    }
}

/// A route for somebody logged in; `A` is what else it takes of the request.
pub(crate) trait CallerRoute<A>: Clone + Send + Sync + 'static {
    fn run(&self, node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, asked: A) -> Answer;
}

/// A route for everybody; who asks is a [`Token`], if it wants to know.
pub(crate) trait OpenRoute<A>: Clone + Send + Sync + 'static {
    fn run(&self, node: &Arc<NodeCore>, tables: &mut Tables, asked: A) -> Answer;
}

/// Serves a route for somebody logged in; everybody else is refused.
pub(crate) fn signed_in<M, A>(
    route: impl CallerRoute<A>,
) -> impl Handler<(M, State<Arc<NodeCore>>, Token, A), Arc<NodeCore>>
where
    A: FromRequest<Arc<NodeCore>, M> + Send + 'static,
    M: Send + 'static,
{
    move |State(node): State<Arc<NodeCore>>, token: Token, asked: A| async move {
        node.transact(|tables| {
            let caller = token.caller(&node, tables)?;
            route.run(&node, tables, caller, asked)
        })
    }
}

/// Serves a route for everybody.
pub(crate) fn anyone<M, A>(
    route: impl OpenRoute<A>,
) -> impl Handler<(M, State<Arc<NodeCore>>, A), Arc<NodeCore>>
where
    A: FromRequest<Arc<NodeCore>, M> + Send + 'static,
    M: Send + 'static,
{
    move |State(node): State<Arc<NodeCore>>, asked: A| async move {
        node.transact(|tables| route.run(&node, tables, asked))
    }
}

/// Functions are routes, whatever they take of the request.
macro_rules! functions_are_routes {
    ($(($($part:ident: $kind:ident),*))+) => {$(
        impl<F, $($kind),*> CallerRoute<($($kind,)*)> for F
        where
            F: Fn(&Arc<NodeCore>, &mut Tables, Caller, $($kind),*) -> Answer + Clone + Send + Sync + 'static,
        {
            fn run(
                &self,
                node: &Arc<NodeCore>,
                tables: &mut Tables,
                caller: Caller,
                ($($part,)*): ($($kind,)*),
            ) -> Answer {
                self(node, tables, caller, $($part),*)
            }
        }

        impl<F, $($kind),*> OpenRoute<($($kind,)*)> for F
        where
            F: Fn(&Arc<NodeCore>, &mut Tables, $($kind),*) -> Answer + Clone + Send + Sync + 'static,
        {
            fn run(&self, node: &Arc<NodeCore>, tables: &mut Tables, ($($part,)*): ($($kind,)*)) -> Answer {
                self(node, tables, $($part),*)
            }
        }
    )+};
}

functions_are_routes! {
    ()
    (first: A)
    (first: A, second: B)
    (first: A, second: B, third: C)
    (first: A, second: B, third: C, fourth: D)
    (first: A, second: B, third: C, fourth: D, fifth: E)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    /// Where tables may be locked, besides tests: a site is restored before any node is there, and counted by nobody's request.
    const LOCKERS: [&str; 4] = ["db/site_copy.rs", "db/world.rs", "node/life.rs", "node/transaction.rs"];

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn tables_are_locked_by_transactions_and_by_nodes_that_come_up() {
        let (root, mut files) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), Vec::new());
        sources(&root, &mut files);
        let locks = |path: &&PathBuf| std::fs::read_to_string(path).unwrap().contains(".tables()");
        let mut lockers: Vec<&Path> =
            files.iter().filter(locks).map(|path| path.strip_prefix(&root).unwrap()).collect();
        lockers.sort_unstable();
        assert_eq!(lockers, LOCKERS.map(Path::new));
    }
}
