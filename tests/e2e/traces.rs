//! A trace from the client's call through the bus to the last service, checked at a real OTLP collector.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use harness::{
    system::{SOON, System, Wishes},
    wait::eventually,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
    trace_service_server::{TraceService, TraceServiceServer},
};
use proto::safety::v1::RaiseConcernRequest;
use tonic::{Request, Response, Status};

use crate::samples::imminent_concern;

/// Trace id and the service that a span came from, with everything else a span says.
#[derive(Default)]
struct Seen {
    spans: Vec<(Vec<u8>, String, String)>,
    text: String,
}

#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Seen>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(&self, request: Request<ExportTraceServiceRequest>) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let request = request.into_inner();
        let mut seen = self.0.lock().unwrap();
        seen.text.push_str(&format!("{request:?}"));
        for resource in request.resource_spans {
            let service = format!("{:?}", resource.resource);
            for span in resource.scope_spans.into_iter().flat_map(|s| s.spans) {
                seen.spans.push((span.trace_id, service.clone(), span.name));
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tokio::test]
async fn one_trace_leads_from_the_raise_through_the_bus_to_the_notice_and_holds_no_word_of_the_concern() {
    let collector = Collector::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tonic::transport::Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .serve_with_incoming(tokio_stream::wrappers::TcpListenerStream::new(listener));
    tokio::spawn(serving);
    let mut wishes = Wishes::default();
    for service in ["intake", "cases", "safety", "notification", "reporting"] {
        let variable = format!("{}_OTLP_ENDPOINT", service.to_uppercase());
        wishes.settings.insert(service.into(), vec![(variable, format!("http://{address}"))]);
    }
    let system = System::start(wishes).await;
    let concern = imminent_concern("mission");
    system.alarm("staff-mission").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
    let look = async || {
        let seen = collector.0.lock().unwrap();
        let of = |service: &str| -> HashSet<Vec<u8>> {
            let wanted = format!("\"{service}\"");
            seen.spans.iter().filter(|(_, s, _)| s.contains(&wanted)).map(|(t, _, _)| t.clone()).collect()
        };
        let shared: HashSet<Vec<u8>> = &of("safety") & &of("notification");
        if shared.is_empty() { Err(format!("{} spans, no shared trace", seen.spans.len())) } else { Ok(()) }
    };
    eventually("safety and notification share a trace", SOON, look).await;
    let seen = collector.0.lock().unwrap();
    for secret in ["Alex Exemple", "hurt himself", "told the mediator", "Unit 3"] {
        assert!(!seen.text.contains(secret), "{secret}");
    }
}
