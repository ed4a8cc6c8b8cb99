# Names, tables, crawlers, jobs, alarms and the order of work.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

run "the_lake_is_as_described" {
  command = plan

  variables {
    platform        = "aws"
    build_dir       = "tests/fixtures/built"
    raw_expiry_days = 42
    gate_timeout_s  = 120
    alert_email     = "ops@example.com"
  }

  assert {
    condition     = module.bucket["raw"].name == "ecommerce-raw-123456789012" && module.bucket["curated"].name == "ecommerce-curated-123456789012"
    error_message = "Raw and curated are named after the domain and the account."
  }

  assert {
    condition     = alltrue([for system in local.systems : module.bucket[system].name == "${system}-prod-123456789012"])
    error_message = "Each system's bucket is <system>-prod-ACCOUNT."
  }

  assert {
    condition     = length(local.systems) == 5 && length(module.bucket) == 11
    error_message = "Six zones and five systems have a bucket each."
  }

  assert {
    condition     = aws_glue_catalog_database.this["curated"].name == "ecommerce_curated" && aws_glue_catalog_database.this["prod"].name == "ecommerce_prod"
    error_message = "The databases are ecommerce_curated and ecommerce_prod."
  }

  assert {
    condition     = endswith(aws_sfn_state_machine.curated_to_prod.name, "curated_to_prod")
    error_message = "The state machine is called curated_to_prod."
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this["raw"].rule : rule.expiration[0].days if rule.id == "expire"] == [42]
    error_message = "Raw holds card data as it came, and must not keep it indefinitely."
  }

  assert {
    condition     = alltrue([for lifecycle in aws_s3_bucket_lifecycle_configuration.this : length([for rule in lifecycle.rule : rule if rule.id == "forget-what-was-replaced"]) == 1])
    error_message = "Every bucket is versioned, so every bucket forgets old versions."
  }

  assert {
    condition = { for rule in aws_s3_bucket_lifecycle_configuration.this["artifacts"].rule : rule.filter[0].prefix => rule.expiration[0].days if startswith(rule.id, "expire") } == {
      "data_docs/"   = 90
      "openlineage/" = 365
      "runs/stages/" = 365
    }
    error_message = "Data Docs expire after 90 days, lineage events and records of stages after a year, and nothing else of the artifacts does."
  }

  assert {
    condition     = length([for rule in aws_s3_bucket_lifecycle_configuration.this["curated"].rule : rule if rule.id == "expire"]) == 0
    error_message = "Curated does not expire."
  }

  assert {
    condition     = toset(keys(aws_glue_catalog_table.published)) == toset([for key in keys(local.tables) : key if !contains(["curated.quarantine", "curated.decisions", "curated.annotations"], key)])
    error_message = "Each contract has its table."
  }

  assert {
    condition     = aws_glue_catalog_table.published["prod.churn_risk"].storage_descriptor[0].location == "s3://demand-insights-engine-prod-123456789012/tables/churn_risk/none/"
    error_message = "A prod table begins empty, in its system's bucket."
  }

  assert {
    condition     = aws_glue_catalog_table.published["curated.orders"].storage_descriptor[0].location == "s3://ecommerce-curated-123456789012/snapshots/orders/none/"
    error_message = "A curated table begins empty, below snapshots/."
  }

  assert {
    condition     = aws_glue_catalog_table.placed["curated.quarantine"].storage_descriptor[0].location == "s3://ecommerce-quarantine-123456789012/rows/"
    error_message = "Quarantine shows every refused row."
  }

  assert {
    condition     = aws_glue_catalog_table.published["prod.regional_performance"].storage_descriptor[0].columns[0].type == "decimal(18,2)"
    error_message = "Column types are the contract's."
  }

  assert {
    condition     = toset(keys(module.crawler)) == toset([for path in fileset("../crawlers", "*.json") : trimsuffix(path, ".json")])
    error_message = "crawlers/*.json and the crawlers are the same set."
  }

  assert {
    condition     = alltrue([for system in local.systems : contains(keys(module.crawler), system)]) && contains(keys(module.crawler), "curated")
    error_message = "Each system and curated have a crawler."
  }

  assert {
    condition     = local.crawled_tables["retail-copilot"] == tolist(["query_gaps"]) && local.crawled_tables["curated"] == tolist(["customers", "orders"])
    error_message = "A crawler reads its own zone's tables and no other."
  }

  assert {
    condition     = toset(keys(module.job)) == toset(concat(["merge_curated", "quality_gate"], [for system in local.systems : "build_${replace(system, "-", "_")}"]))
    error_message = "Merge, gate and five systems are seven jobs."
  }

  assert {
    condition     = local.jobs["build_retail_copilot"].arguments["--system"] == "retail-copilot"
    error_message = "A system's job gets its system."
  }

  assert {
    condition     = length(local.definition.States["Build the systems"].Branches) == 5
    error_message = "Five systems run side by side."
  }

  assert {
    condition = alltrue(flatten([
      for branch in local.definition.States["Build the systems"].Branches : [
        for name, state in branch.States : [for catcher in try(state.Catch, []) : startswith(catcher.Next, "Report ")]
      ]
    ]))
    error_message = "Whatever fails in a branch ends as that branch's report."
  }

  assert {
    condition     = local.definition.States["Did every system publish?"].Default == "Alert" && local.definition.States["Alert"].Next == "Failed"
    error_message = "A failure is reported, and fails the run."
  }

  assert {
    condition = length(concat(
      keys(local.definition.States),
      flatten([for branch in local.definition.States["Build the systems"].Branches : keys(branch.States)]),
      )) == length(toset(concat(
        keys(local.definition.States),
        flatten([for branch in local.definition.States["Build the systems"].Branches : keys(branch.States)]),
    )))
    error_message = "Step Functions wants each state's name once in the whole machine."
  }

  assert {
    condition     = local.redelivery_s == 180
    error_message = "A message whose worker died before its first heartbeat comes again a minute after the function's timeout."
  }

  assert {
    condition     = module.raw_to_curated.settings.disk_mb == 10240
    error_message = "The gate's disk holds four times what its memory does, as far as Lambda gives it."
  }

  assert {
    condition     = module.curate_large.max_concurrent_runs == 4
    error_message = "Several large files may be in work at once."
  }

  assert {
    condition     = local.large_definition.States["Start curate_large"].Retry[0].MaxAttempts * 120 <= local.large_definition.TimeoutSeconds && local.definition.States["Start merge_curated"].Retry[0].MaxAttempts == 60
    error_message = "A large file waits for its turn for as long as its machine may take."
  }

  assert {
    condition     = alltrue([for name in ["Record the failure", "Keep the message", "Alert"] : local.large_definition.States[name].Catch[0].ErrorEquals == ["States.ALL"]]) && local.large_definition.States["Failed"].Type == "Fail"
    error_message = "Whatever goes wrong on the way, a large file that failed fails its run."
  }

  assert {
    condition     = module.raw_to_curated.settings.runtime == "python3.11" && module.raw_to_curated.settings.memory_mb == 3008
    error_message = "The gate runs on Python 3.11 with 3,008 MB."
  }

  assert {
    condition     = module.raw_to_curated.settings.responses == toset(["ReportBatchItemFailures"]) && module.raw_to_curated.settings.max_concurrency == 5
    error_message = "The gate answers per message and has a maximum concurrency."
  }

  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset([
      "dead_letters", "debounce_dead_letters", "gate_errors", "debounce_errors", "raw_age", "pipeline_failed", "pipeline_timed_out", "pipeline_aborted", "no_check",
      "report_errors", "call_dead_letters", "api_errors", "api_throttles", "api_function_throttles",
      "audit_failed", "audit_timed_out", "audit_aborted", "export_failed", "large_failed", "large_timed_out", "large_aborted", "export_timed_out", "export_aborted",
    ])
    error_message = "Dead letters, errors, throttles, age, failed runs and a day without a check are watched."
  }

  assert {
    condition = (
      one(aws_cloudwatch_log_metric_filter.api_throttles).log_group_name == aws_cloudwatch_log_group.api_access.name
      && one(aws_cloudwatch_log_metric_filter.api_throttles).pattern == "{ $.status = \"429\" }"
      && jsondecode(one(aws_apigatewayv2_stage.this.access_log_settings).format).status == "$context.status"
    )
    error_message = "Requests that the API refuses as too many are counted in its access log, by the field that has the status."
  }

  assert {
    condition = one(one(aws_cloudwatch_log_metric_filter.api_throttles).metric_transformation) == merge(one(one(aws_cloudwatch_log_metric_filter.api_throttles).metric_transformation), {
      namespace = aws_cloudwatch_metric_alarm.this["api_throttles"].namespace
      name      = aws_cloudwatch_metric_alarm.this["api_throttles"].metric_name
    }) && aws_cloudwatch_metric_alarm.this["api_throttles"].threshold == 4
    error_message = "The alarm watches the metric that the filter writes."
  }

  assert {
    condition     = { for key, kept in aws_lambda_function_event_invoke_config.this : key => kept.function_name } == { report = module.report.name, dry_run = module.dry_run.name } && aws_cloudwatch_metric_alarm.this["call_dead_letters"].dimensions == tomap({ QueueName = "headgate-call-dead-letters" })
    error_message = "A call that nobody waits for and that failed for good is a dead letter, which an alarm watches."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["api_function_throttles"].dimensions == tomap({ FunctionName = module.api["lake"].name }) && aws_cloudwatch_metric_alarm.this["api_function_throttles"].metric_name == "Throttles"
    error_message = "A function of the API without a free place is an alarm of its own: it writes no log."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["no_check"].treat_missing_data == "notBreaching" && aws_cloudwatch_metric_alarm.this["no_check"].period == 3600 && aws_cloudwatch_metric_alarm.this["no_check"].evaluation_periods == 30
    error_message = "30 hours without a check are an alarm, but not the hours before a first deployment. One window of a day would alarm when a run ends later than the day before."
  }

  assert {
    condition     = module.daily_schedule.settings.input == "{\"due\": \"daily\", \"at\": \"<aws.scheduler.scheduled-time>\"}"
    error_message = "The daily schedule asks whether a run is due; it starts none by itself."
  }

  assert {
    condition     = module.mails_schedule.settings == { state = "ENABLED", expression = "cron(0 * * * ? *)", input = "{\"mails_at\": \"<aws.scheduler.scheduled-time>\"}" } && module.report_schedule.settings.input == "{}"
    error_message = "Each hour the function of the report gets the hour whose mails it sends; its daily call has none."
  }

  assert {
    condition     = local.run_interval_s == 3600 && length(local.deployment_id) == 8
    error_message = "On AWS at least an hour lies between two starts, and a run's name ends with the deployment."
  }

  assert {
    condition     = local.definition.States["Is it our turn?"].Choices[1].Next == "Left to the pending run" && local.definition.States["Left to the pending run"].Type == "Succeed"
    error_message = "A third run leaves its work to the pending one."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["dead_letters"].threshold == 0 && aws_cloudwatch_metric_alarm.this["dead_letters"].dimensions.QueueName == "headgate-raw-objects-dead-letters"
    error_message = "One dead letter is enough."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.jobs : group.retention_in_days == 7]) && aws_cloudwatch_log_group.curated_to_prod.retention_in_days == 7
    error_message = "Logs are kept for 7 days."
  }

  assert {
    condition     = aws_sns_topic_subscription.email["ops@example.com"].protocol == "email"
    error_message = "The address is subscribed."
  }
}
