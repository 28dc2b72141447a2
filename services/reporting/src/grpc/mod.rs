//! gRPC server of reporting: decode, call the use case, encode. It decides nothing.

use base::{Caller, Clock, Refusal, wire};
use proto::{
    reporting::v1::{
        self as wire_v1, GetReportRequest, GetReportResponse, Table as WireTable,
        report_service_server::{ReportService, ReportServiceServer},
    },
    role,
};
use server::limits::MESSAGE;
use sqlx::PgPool;
use tonic::{Request, Response, Status};

use crate::{
    app::report::{Question, Rules, Table, get_report},
    domain::{
        code::Language,
        concern::ConcernTable,
        referral::ReferralTable,
        report::{Cell, Report, Row},
    },
    error,
};

/// The RPCs of reporting.
pub struct Server {
    pub pool: PgPool,
    pub clock: Clock,
    pub rules: Rules,
}

impl Server {
    #[must_use]
    pub fn service(self) -> ReportServiceServer<Self> {
        ReportServiceServer::new(self).max_decoding_message_size(MESSAGE)
    }
}

#[tonic::async_trait]
impl ReportService for Server {
    async fn get_report(&self, request: Request<GetReportRequest>) -> Result<Response<GetReportResponse>, Status> {
        let question = read(request.get_ref())?;
        let rules = self.rules.for_reader(Caller::of(&request)?.has_any(&role::RJ_UNIT));
        let (report, as_of) = get_report(&self.pool, rules, self.clock.now(), question).await?;
        let mut answer = write(report);
        answer.threshold = i32::try_from(self.rules.threshold).unwrap_or(i32::MAX);
        answer.as_of = Some(wire::timestamp(as_of));
        Ok(Response::new(answer))
    }
}

fn read(request: &GetReportRequest) -> Result<Question, Refusal> {
    let table = match request.table() {
        WireTable::Unspecified => None,
        WireTable::ReferralsByOrigin => Some(Table::Referrals(ReferralTable::Origin)),
        WireTable::ReferralsByRegion => Some(Table::Referrals(ReferralTable::Region)),
        WireTable::ReferralsByMonth => Some(Table::Referrals(ReferralTable::Month)),
        WireTable::ReferralsByDisposition => Some(Table::Referrals(ReferralTable::Disposition)),
        WireTable::ReferralsByOriginAndRegion => Some(Table::Referrals(ReferralTable::OriginAndRegion)),
        WireTable::ConcernTimeToAccept => Some(Table::Concerns(ConcernTable::TimeToAccept)),
        WireTable::ConcernsByGrade => Some(Table::Concerns(ConcernTable::ByGrade)),
    };
    let Some(table) = table else {
        return Err(error::table_unknown());
    };
    let Some(language) = Language::parse(&request.language) else {
        return Err(error::language_unknown());
    };
    let year = (request.fiscal_year != 0).then_some(request.fiscal_year);
    Ok(Question { table, year, language })
}

fn write(report: Report) -> GetReportResponse {
    GetReportResponse {
        title: report.title,
        columns: report.columns,
        rows: report.rows.into_iter().map(write_row).collect(),
        total: report.total.map(write_row),
        note: report.note,
        ..GetReportResponse::default()
    }
}

fn write_row(row: Row) -> wire_v1::Row {
    wire_v1::Row { keys: row.keys, labels: row.labels, cells: row.cells.into_iter().map(write_cell).collect() }
}

fn write_cell(cell: Cell) -> wire_v1::Cell {
    use wire_v1::cell::Value;
    let value = match cell {
        Cell::Count(count) => Value::Count(i64::try_from(count).unwrap_or(i64::MAX)),
        Cell::Withheld => Value::Suppressed(true),
        Cell::Seconds(seconds) => Value::Seconds(seconds),
    };
    wire_v1::Cell { value: Some(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_without_a_table_or_a_language_is_refused_by_name() {
        let asked =
            |table: WireTable, language: &str| read(&GetReportRequest { table: table.into(), fiscal_year: 0, language: language.into() });
        assert_eq!(asked(WireTable::Unspecified, "en").unwrap_err().field, Some("table"));
        assert_eq!(asked(WireTable::ConcernsByGrade, "de").unwrap_err().field, Some("language"));
        assert_eq!(asked(WireTable::ConcernsByGrade, "fr").unwrap().year, None);
    }
}
