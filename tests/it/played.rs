//! An engine that is played, for what a real one of this machine cannot be brought to do.

use axum::Router;

/// Serves it for as long as the runtime lives; its `DOCKER_HOST`.
pub(crate) async fn engine(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("tcp://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    host
}
