//! A foreign client: it knows an address, an authority and a token, and learns the rest by reflection.

use std::collections::BTreeMap;

use harness::raw;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, Value};
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use tonic::{Status, transport::Channel};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient, server_reflection_request::MessageRequest,
    server_reflection_response::MessageResponse,
};

use crate::{samples::fresh_key, system};

async fn files(channel: &Channel, request: MessageRequest) -> Vec<FileDescriptorProto> {
    let ask = ServerReflectionRequest { host: String::new(), message_request: Some(request) };
    let mut client = ServerReflectionClient::new(channel.clone());
    let mut answers = client.server_reflection_info(tokio_stream::once(ask)).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let MessageResponse::FileDescriptorResponse(files) = answer else { unreachable!() };
    files.file_descriptor_proto.iter().map(|bytes| FileDescriptorProto::decode(bytes.as_slice()).unwrap()).collect()
}

/// Learns a method as grpcurl does: the file of the service, then what it imports, until nothing is missing.
async fn method(channel: Channel, service: &str, method: &str) -> MethodDescriptor {
    let mut known: BTreeMap<String, FileDescriptorProto> = BTreeMap::new();
    let mut wanted = files(&channel, MessageRequest::FileContainingSymbol(service.into())).await;
    while let Some(file) = wanted.pop() {
        for import in file.dependency.iter().filter(|i| !known.contains_key(*i)) {
            wanted.extend(files(&channel, MessageRequest::FileByFilename(import.clone())).await);
        }
        known.insert(file.name().to_owned(), file);
    }
    let mut pool = DescriptorPool::new();
    pool.add_file_descriptor_set(FileDescriptorSet { file: known.into_values().collect() }).unwrap();
    pool.get_service_by_name(service).unwrap().methods().find(|m| m.name() == method).unwrap()
}

async fn call(channel: Channel, token: &str, method: &MethodDescriptor, request: &DynamicMessage) -> Result<DynamicMessage, Status> {
    let mut answers = raw::ask(channel, &raw::path(method), raw::bearing(token, request.encode_to_vec())).await?;
    let answer = answers.message().await?.unwrap();
    Ok(DynamicMessage::decode(method.output(), answer.as_slice()).unwrap())
}

/// What a watcher is told first, as text.
async fn first_snapshot(channel: Channel, token: &str, method: &MethodDescriptor) -> String {
    let mut items = raw::ask(channel, &raw::path(method), raw::bearing(token, Vec::new())).await.unwrap();
    let first = items.message().await.unwrap().unwrap();
    let first = DynamicMessage::decode(method.output(), first.as_slice()).unwrap();
    serde_json::to_string(&first).unwrap()
}

fn filled(method: &MethodDescriptor, field: &str, json: &str) -> DynamicMessage {
    let mut request = DynamicMessage::new(method.input());
    let inner = method.input().get_field_by_name(field).unwrap().kind().as_message().unwrap().clone();
    let inner = DynamicMessage::deserialize(inner, &mut serde_json::Deserializer::from_str(json)).unwrap();
    request.set_field_by_name(field, Value::Message(inner));
    request
}

#[tokio::test]
async fn a_client_that_is_not_ours_submits_a_referral_and_raises_a_concern_by_reflection() {
    let system = system().await;
    let (url, authority, token) = system.outside("intake", "staff-mission");
    let intake = raw::channel(url, &authority);
    let submit = method(intake.clone(), "ro.intake.v1.ReferralService", "SubmitReferral").await;
    let json = format!(
        r#"{{"idempotencyKey": "{}", "origin": "ORIGIN_ANY_COMMUNICATION", "site": "mission", "request": "wants to say sorry"}}"#,
        fresh_key()
    );
    let answer = call(intake, &token, &submit, &filled(&submit, "referral", &json)).await.unwrap();
    let receipt = answer.get_field_by_name("receipt").unwrap().as_message().unwrap().clone();
    assert!(receipt.get_field_by_name("number").unwrap().as_str().unwrap().starts_with("RO-"));

    let (url, authority, token) = system.outside("safety", "staff-mission");
    let safety = raw::channel(url, &authority);
    let raise = method(safety.clone(), "ro.safety.v1.AlarmService", "RaiseConcern").await;
    let request = filled(&raise, "concern", r#"{"text": "one line"}"#);
    let answer = call(safety.clone(), &token, &raise, &request).await.unwrap();
    let raised = answer.get_field_by_name("receipt").unwrap().as_message().unwrap().clone();
    let id = raised.get_field_by_name("concern_id").unwrap().as_str().unwrap().to_owned();
    let refused = call(safety.clone(), "not-a-token", &raise, &request).await.err().unwrap();
    assert_eq!(refused.code(), tonic::Code::Unauthenticated);

    let (_, _, officer) = system.outside("safety", "rj-officer-1");
    let watch = method(safety.clone(), "ro.safety.v1.AlarmService", "WatchConcerns").await;
    assert!(first_snapshot(safety, &officer, &watch).await.contains(&id));
}
