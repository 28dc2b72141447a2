//! A service whose login lacks a subject: it reports this at once, in its health, in a metric and in its log.

use messaging::outbox::Fresh;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use base::{Clock, Ids};
use clap::Parser;
use harness::{bus::TestBus, database, wait::eventually};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::{
        ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    metrics::v1::{metric::Data, number_data_point::Value},
};
use proto::subject;
use server::{Context, Process, client, telemetry::Telemetry};
use sqlx::PgConnection;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

const SOON: Duration = Duration::from_secs(10);
const SERVING: i32 = 1;
const NOT_SERVING: i32 = 2;

#[derive(Parser)]
struct Config {
    #[command(flatten)]
    server: server::Settings,
}

/// Keeps the value and the labels of every metric that is sent to it.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(String, i64, String)>>>);

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(&self, request: Request<ExportMetricsServiceRequest>) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let metrics = request.into_inner().resource_metrics.into_iter().flat_map(|r| r.scope_metrics).flat_map(|s| s.metrics);
        for metric in metrics {
            let Some(Data::Sum(sum)) = metric.data else { continue };
            for point in sum.data_points {
                let value = match point.value {
                    Some(Value::AsInt(value)) => value,
                    _ => 0,
                };
                self.0.lock().unwrap().push((metric.name.clone(), value, format!("{:?}", point.attributes)));
            }
        }
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

/// Hears nothing: it is refused before.
struct Deaf;

impl messaging::inbox::Handler for Deaf {
    type Work = ();

    async fn read(&self, _: &messaging::inbox::Incoming) -> Result<(), messaging::inbox::Rejection> {
        Ok(())
    }

    async fn apply(
        &self,
        _: &mut PgConnection,
        _: &mut Fresh,
        (): (),
        _: &messaging::inbox::Incoming,
    ) -> Result<(), messaging::inbox::Rejection> {
        Ok(())
    }
}

async fn free() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_whose_login_lacks_a_subject_shows_it_within_seconds_and_still_opens_its_door() {
    let collector = Collector::default();
    let listener = free().await;
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let serving = Server::builder().add_service(MetricsServiceServer::new(collector.clone()));
    tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
    let telemetry = Telemetry::start("reporting", "error", Some(&endpoint)).unwrap();

    let bus = TestBus::start().await;
    let database = database::fresh(&[&server::MIGRATOR]).await;
    let address = free().await.local_addr().unwrap();
    let settings = Config::parse_from(["reporting", "--listen", &address.to_string()]).server;
    let process = Process::new(proto::PROGRAMME, "reporting", settings, Clock::system(), Ids::seeded(1));
    let ctx = Context::assemble(process, database.pool.clone(), bus.connect("reporting").await);
    let door = ctx.clone();
    tokio::spawn(async move { door.serve_grpc(proto::DESCRIPTOR_BYTES, &[], tonic::service::Routes::default()).await });

    let peer = client::connect(&format!("http://{address}"), None, None, Some(Duration::from_secs(2))).unwrap();
    let health = async |service: &str| {
        let ask = HealthCheckRequest { service: service.to_owned() };
        HealthClient::new(peer.clone()).check(ask).await.map(|answer| answer.into_inner().status)
    };
    let becomes = async |wanted: i32| {
        let look = async || match health(messaging::BUS_HEALTH).await {
            Ok(status) if status == wanted => Ok(()),
            other => Err(format!("{other:?}")),
        };
        eventually("the health of the bus is told", SOON, look).await;
    };
    becomes(SERVING).await;
    ctx.consume(subject::SAFETY_RAISES, Deaf);
    becomes(NOT_SERVING).await;
    assert_eq!(health("").await.unwrap(), SERVING, "the door is open: what it takes in waits in the outbox");
    assert!(ctx.bus.violations() >= 1);
    ctx.stop.cancel();
    telemetry.shutdown().await;
    let told = collector.0.lock().unwrap().clone();
    let (_, count, labels) = told.iter().rfind(|(name, ..)| name == "bus.permission_violations").unwrap();
    assert!(*count >= 1 && labels.contains("reporting"), "{told:?}");
    assert!(!labels.contains("safety"), "a label says what was refused: {labels}");
}
