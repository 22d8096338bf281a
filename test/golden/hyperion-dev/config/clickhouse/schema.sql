CREATE DATABASE IF NOT EXISTS `otel`;

CREATE TABLE IF NOT EXISTS `otel`.`otel_traces`
(
    Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Duration UInt64 CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested(Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    Links Nested(TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1,
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree()
PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
TTL toDateTime(Timestamp) + toIntervalDay(3)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'Spans as the OpenTelemetry Collector writes them, one row each';

ALTER TABLE `otel`.`otel_traces` MODIFY TTL toDateTime(Timestamp) + toIntervalDay(3);

CREATE TABLE IF NOT EXISTS `otel`.`otel_traces_trace_id_ts`
(
    TraceId String CODEC(ZSTD(1)),
    Start DateTime CODEC(Delta, ZSTD(1)),
    End DateTime CODEC(Delta, ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree()
PARTITION BY toDate(Start)
ORDER BY (TraceId, Start)
TTL toDateTime(Start) + toIntervalDay(3)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'When the spans of a trace started, so that a look-up by trace id reads minutes and not days';

ALTER TABLE `otel`.`otel_traces_trace_id_ts` MODIFY TTL toDateTime(Start) + toIntervalDay(3);

CREATE MATERIALIZED VIEW IF NOT EXISTS `otel`.`otel_traces_trace_id_ts_mv`
TO `otel`.`otel_traces_trace_id_ts` AS
SELECT
    TraceId AS TraceId,
    min(Timestamp) AS Start,
    max(Timestamp) AS End
FROM `otel`.`otel_traces`
WHERE TraceId != ''
GROUP BY TraceId;

CREATE TABLE IF NOT EXISTS `otel`.`service_minutes`
(
    Minute DateTime CODEC(Delta, ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    Requests SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    Errors SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    Latency AggregateFunction(quantilesDD(0.01, 0.5, 0.95, 0.99), UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree()
PARTITION BY toDate(Minute)
ORDER BY (ServiceName, Minute)
TTL toDateTime(Minute) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'Requests, errors and latency per service and minute (read it through service_rates)';

ALTER TABLE `otel`.`service_minutes` MODIFY TTL toDateTime(Minute) + toIntervalDay(30);

CREATE MATERIALIZED VIEW IF NOT EXISTS `otel`.`service_minutes_mv`
TO `otel`.`service_minutes` AS
SELECT
    toStartOfMinute(Timestamp) AS Minute,
    ServiceName AS ServiceName,
    count() AS Requests,
    countIf(StatusCode = 'Error') AS Errors,
    quantilesDDState(0.01, 0.5, 0.95, 0.99)(if(Duration < 9223372036854775808, Duration, 0)) AS Latency
FROM `otel`.`otel_traces`
WHERE (SpanKind IN ('Server', 'Consumer') OR ParentSpanId = '')
GROUP BY ServiceName, Minute;

CREATE OR REPLACE VIEW `otel`.`service_rates` AS
SELECT
    Minute,
    ServiceName,
    sum(m.Requests) AS RequestCount,
    sum(m.Errors) AS ErrorCount,
    RequestCount / 60 AS RequestsPerSecond,
    ErrorCount / RequestCount AS ErrorRatio,
    quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(m.Latency)[1] / 1e6 AS P50Ms,
    quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(m.Latency)[2] / 1e6 AS P95Ms,
    quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(m.Latency)[3] / 1e6 AS P99Ms
FROM `otel`.`service_minutes` AS m
GROUP BY Minute, ServiceName;

CREATE TABLE IF NOT EXISTS `otel`.`touched_minutes`
(
    Minute DateTime CODEC(Delta, ZSTD(1)),
    TouchedAt DateTime CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(TouchedAt)
PARTITION BY toDate(TouchedAt)
ORDER BY (Minute)
TTL toDateTime(TouchedAt) + toIntervalDay(1)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'Minutes in which newly inserted spans started: what the edges must be recomputed for';

ALTER TABLE `otel`.`touched_minutes` MODIFY TTL toDateTime(TouchedAt) + toIntervalDay(1);

CREATE MATERIALIZED VIEW IF NOT EXISTS `otel`.`touched_minutes_mv`
TO `otel`.`touched_minutes` AS
SELECT
    toStartOfMinute(Timestamp) AS Minute,
    now() AS TouchedAt
FROM `otel`.`otel_traces`
GROUP BY Minute;

CREATE TABLE IF NOT EXISTS `otel`.`service_edge_minutes`
(
    Minute DateTime CODEC(Delta, ZSTD(1)),
    Caller LowCardinality(String) CODEC(ZSTD(1)),
    Callee LowCardinality(String) CODEC(ZSTD(1)),
    Calls UInt64 CODEC(ZSTD(1)),
    Errors UInt64 CODEC(ZSTD(1)),
    Latency AggregateFunction(quantilesDD(0.01, 0.5, 0.95, 0.99), UInt64) CODEC(ZSTD(1)),
    ComputedAt DateTime64(3) CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(ComputedAt)
PARTITION BY toDate(Minute)
ORDER BY (Minute, Caller, Callee)
TTL toDateTime(Minute) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'Calls between services per minute, recomputed when spans come late (read it through service_edges)';

ALTER TABLE `otel`.`service_edge_minutes` MODIFY TTL toDateTime(Minute) + toIntervalDay(30);

CREATE MATERIALIZED VIEW IF NOT EXISTS `otel`.`service_edge_minutes_mv`
REFRESH EVERY 2 MINUTE APPEND TO `otel`.`service_edge_minutes` AS
WITH
    recomputed AS (SELECT DISTINCT Minute + toIntervalMinute(arrayJoin(range(-1, 6))) AS Minute FROM `otel`.`touched_minutes` WHERE TouchedAt >= now() - toIntervalMinute(6)),
    searched AS (SELECT DISTINCT Minute + toIntervalMinute(arrayJoin(range(-5, 2))) AS Minute FROM recomputed)
SELECT
    StartMinute AS Minute,
    CallerName AS Caller,
    CalleeName AS Callee,
    count() AS Calls,
    countIf(Failed) AS Errors,
    quantilesDDState(0.01, 0.5, 0.95, 0.99)(DurationNs) AS Latency,
    now64(3) AS ComputedAt
FROM (
    SELECT
        toStartOfMinute(callee.Timestamp) AS StartMinute,
        caller.ServiceName AS CallerName,
        callee.ServiceName AS CalleeName,
        Failed,
        DurationNs
    FROM (
        SELECT
            Timestamp, TraceId, SpanId, ParentSpanId, ServiceName,
            StatusCode = 'Error' AS Failed,
            if(Duration < 9223372036854775808, Duration, 0) AS DurationNs
        FROM `otel`.`otel_traces`
        WHERE NOT (ParentSpanId = '') AND toStartOfMinute(Timestamp) IN (SELECT Minute FROM recomputed)
    ) AS callee
    SEMI LEFT JOIN (
        SELECT Timestamp, TraceId, SpanId, ServiceName
        FROM `otel`.`otel_traces`
        WHERE toStartOfMinute(Timestamp) IN (SELECT Minute FROM searched)
    ) AS caller
    ON callee.TraceId = caller.TraceId AND callee.ParentSpanId = caller.SpanId
    WHERE callee.ServiceName != caller.ServiceName
      AND dateDiff('minute', caller.Timestamp, callee.Timestamp) BETWEEN -1 AND 5
    LIMIT 1 BY callee.TraceId, callee.SpanId
)
GROUP BY StartMinute, CallerName, CalleeName
SETTINGS join_algorithm = 'grace_hash', max_bytes_in_join = 4294967296;

CREATE OR REPLACE VIEW `otel`.`service_edges` AS
SELECT
    Minute,
    Caller,
    Callee,
    sum(e.Calls) AS CallCount,
    sum(e.Errors) AS ErrorCount,
    CallCount / 60 AS CallsPerSecond,
    ErrorCount / CallCount AS ErrorRatio,
    quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(e.Latency)[1] / 1e6 AS P50Ms,
    quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(e.Latency)[2] / 1e6 AS P95Ms,
    quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(e.Latency)[3] / 1e6 AS P99Ms
FROM `otel`.`service_edge_minutes` AS e FINAL
GROUP BY Minute, Caller, Callee;

CREATE TABLE IF NOT EXISTS `otel`.`trace_states`
(
    Hour DateTime CODEC(Delta, ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    FirstStart SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    LastEnd SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    HasRoot SimpleAggregateFunction(max, UInt8) CODEC(ZSTD(1)),
    Root AggregateFunction(argMinIf, Tuple(String, String), DateTime64(9), UInt8) CODEC(ZSTD(1)),
    SpanSet AggregateFunction(groupUniqArray(10000), Tuple(UInt64, UInt64, UInt8)) CODEC(ZSTD(1)),
    ServiceSet AggregateFunction(groupUniqArray, String) CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = AggregatingMergeTree()
PARTITION BY toDate(Hour)
ORDER BY (Hour, TraceId)
TTL toDateTime(Hour) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'What is known of each trace, merged as its spans come (read it through trace_summaries)';

ALTER TABLE `otel`.`trace_states` MODIFY TTL toDateTime(Hour) + toIntervalDay(14);

CREATE MATERIALIZED VIEW IF NOT EXISTS `otel`.`trace_states_mv`
TO `otel`.`trace_states` AS
SELECT
    toStartOfHour(Timestamp) AS Hour,
    TraceId AS TraceId,
    min(Timestamp) AS FirstStart,
    max(greatest(Timestamp, addNanoseconds(Timestamp, toInt64(Duration)))) AS LastEnd,
    max(ParentSpanId = '') AS HasRoot,
    argMinIfState((toString(ServiceName), toString(SpanName)), Timestamp, ParentSpanId = '') AS Root,
    groupUniqArrayState(10000)((reinterpretAsUInt64(unhex(SpanId)), reinterpretAsUInt64(unhex(ParentSpanId)), StatusCode = 'Error')) AS SpanSet,
    groupUniqArrayState(toString(ServiceName)) AS ServiceSet
FROM `otel`.`otel_traces`
WHERE TraceId != ''
GROUP BY Hour, TraceId;

CREATE OR REPLACE VIEW `otel`.`trace_summaries` AS
SELECT
    TraceId,
    Start,
    End,
    (toUnixTimestamp64Nano(End) - toUnixTimestamp64Nano(Start)) / 1e6 AS DurationMs,
    RootSeen,
    RootPair.1 AS RootService,
    RootPair.2 AS RootSpanName,
    length(SpanIds) AS SpanCount,
    length(arrayDistinct(arrayMap(s -> s.1, arrayFilter(s -> s.3, Spans)))) AS ErrorCount,
    length(MissingParents) AS MissingParentCount,
    length(arrayDistinct(arrayMap(s -> s.1, arrayFilter(s -> has(MissingParents, s.2), Spans)))) AS OrphanCount,
    length(Spans) >= 10000 AS Truncated,
    RootSeen AND OrphanCount = 0 AND NOT Truncated AS Complete,
    Services
FROM
(
    SELECT
        TraceId,
        min(t.FirstStart) AS Start,
        max(t.LastEnd) AS End,
        max(t.HasRoot) AS RootSeen,
        argMinIfMerge(t.Root) AS RootPair,
        groupUniqArrayMerge(10000)(t.SpanSet) AS Spans,
        arrayDistinct(arrayMap(s -> s.1, Spans)) AS SpanIds,
        arrayFilter(id -> id != 0 AND NOT has(SpanIds, id), arrayDistinct(arrayMap(s -> s.2, Spans))) AS MissingParents,
        arraySort(groupUniqArrayMerge(t.ServiceSet)) AS Services
    FROM `otel`.`trace_states` AS t
    WHERE Hour >= toStartOfHour({from:DateTime}) - toIntervalHour(1)
      AND Hour <= toStartOfHour({to:DateTime}) + toIntervalHour(1)
    GROUP BY TraceId
    HAVING Start >= {from:DateTime} AND Start < {to:DateTime}
);
