//! Stand-in for an identity provider: gives what a test has put there, right or wrong.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Form, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use local::identity::Issuer;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub const CLIENT: &str = "ro-dashboard";

type Sent = BTreeMap<String, String>;

#[derive(Clone)]
pub struct TestProvider {
    pub url: String,
    pub issuer: Arc<Issuer>,
    /// Answers to codes and refresh tokens, each given once.
    pub gives: Arc<Mutex<BTreeMap<String, Value>>>,
    /// What was sent for tokens.
    pub asked: Arc<Mutex<Vec<Sent>>>,
    /// It takes connections and answers none.
    pub silent: Arc<AtomicBool>,
}

impl TestProvider {
    pub async fn start(keys: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Arc::new(Issuer::open(keys).unwrap());
        let provider = Self { url, issuer, gives: Arc::default(), asked: Arc::default(), silent: Arc::default() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// Claims of an ID token that fits.
    pub fn claims(&self, subject: &str, nonce: &str) -> Value {
        let now = base::Clock::system().now().unix_timestamp();
        json!({ "iss": self.url, "aud": CLIENT, "sub": subject, "iat": now, "exp": now + 600, "auth_time": now, "nonce": nonce })
    }

    /// What is answered to a code or a refresh token.
    pub fn give(&self, code: &str, access: &str, id: &Value, refresh: Option<&str>) {
        let id = self.issuer.sign("JWT", id).unwrap();
        let answer = json!({ "token_type": "Bearer", "access_token": access, "expires_in": 600, "id_token": id, "refresh_token": refresh });
        self.gives.lock().unwrap().insert(code.to_owned(), answer);
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

async fn never_if(silent: &AtomicBool) {
    if silent.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
}

async fn describe(State(provider): State<TestProvider>) -> Response {
    never_if(&provider.silent).await;
    let at = |path: &str| format!("{}{path}", provider.url);
    answer(
        StatusCode::OK,
        &json!({
            "issuer": provider.url, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
            "end_session_endpoint": at("/end-session"),
        }),
    )
}

async fn token(State(provider): State<TestProvider>, Form(sent): Form<Sent>) -> Response {
    never_if(&provider.silent).await;
    let key = sent.get("code").or_else(|| sent.get("refresh_token")).cloned().unwrap_or_default();
    provider.asked.lock().unwrap().push(sent);
    match provider.gives.lock().unwrap().remove(&key) {
        Some(tokens) => answer(StatusCode::OK, &tokens),
        None => answer(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_grant" })),
    }
}
