# What differs between AWS and an emulator, and what must not.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  build_dir = "tests/fixtures/built"
}

run "aws_without_sentence_model_and_with_a_worker_and_a_timeout_by_job" {
  command = plan

  variables {
    job_worker_types = { build_compliance_guardian = "G.4X", merge_curated = "G.2X" }
    job_timeouts     = { build_compliance_guardian = 420 }
    platform         = "aws"
    sentence_model   = false
  }

  assert {
    condition     = length(aws_s3_object.sentence_model) == 0 && !contains(keys(local.jobs["build_retail_copilot"].arguments), "--extra-py-files")
    error_message = "Without the model searches are grouped by their words."
  }

  assert {
    condition     = { for key, job in module.job : key => job.worker_type if job.worker_type != "G.1X" } == { build_compliance_guardian = "G.4X", merge_curated = "G.2X" }
    error_message = "Only the jobs that are named get another worker."
  }

  assert {
    condition     = { for job, runtime in local.job_runtimes : job => runtime.timeout if runtime.timeout != 60 } == { build_compliance_guardian = 420, build_systems = 180 }
    error_message = "Only the job that is named may take longer, and the job of several systems."
  }

  assert {
    condition     = local.run_timeout_s == 60 * (60 * 2 + 60 * 2 + 180 + 420 * 2) && local.job_poll_s == 47
    error_message = "A run may take as long as its jobs, and looks at them so often that its events suffice."
  }

  assert {
    condition     = !local.has_run_job && !contains(local.systems_together, "compliance-guardian") && length(local.systems_together) == 4 && local.job_runtimes["build_systems"].workers.type == "G.1X"
    error_message = "A system whose job has a worker type of its own keeps that job."
  }

  assert {
    condition     = module.job["build_compliance_guardian"].execution_class == "STANDARD" && module.job["merge_curated"].execution_class == "FLEX"
    error_message = "Glue has the class FLEX for G.1X and G.2X only."
  }

  assert {
    condition     = alltrue([for job in module.job : !contains(keys(job.arguments), "--enable-metrics")])
    error_message = "Nobody reads Spark's own metrics, which CloudWatch would bill."
  }
}

run "aws_is_not_asked_too_often" {
  command = plan

  plan_options {
    target = [aws_sfn_state_machine.curated_to_prod]
  }

  variables {
    platform   = "aws"
    job_poll_s = 9
  }

  expect_failures = [aws_sfn_state_machine.curated_to_prod]
}

run "a_job_that_does_not_exist_has_no_worker_and_no_timeout" {
  command = plan

  plan_options {
    target = [aws_sfn_state_machine.curated_to_prod]
  }

  variables {
    platform     = "aws"
    job_timeouts = { build_everything = 90 }
  }

  expect_failures = [aws_sfn_state_machine.curated_to_prod]
}

run "an_emulator_has_no_layers_and_python_jobs" {
  command = plan

  variables {
    platform      = "emulator"
    force_destroy = null
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "Without an address nobody is subscribed."
  }

  assert {
    condition     = length(aws_lambda_layer_version.this) == 0 && length(module.raw_to_curated.settings.layers) == 0
    error_message = "An emulator runs functions with its own packages."
  }

  assert {
    condition     = local.platform.job.command == "pythonshell" && local.platform.job.max_capacity == 1 && local.platform.job.workers.type == null
    error_message = "Jobs are Python processes on an emulator."
  }

  assert {
    condition     = alltrue([for job in keys(local.build_jobs) : local.jobs[job].arguments["--HEADGATE_ENGINE"] == "duckdb"]) && !contains(keys(local.platform.job_arguments), "--enable-auto-scaling")
    error_message = "On an emulator the engine is DuckDB unless another is asked for."
  }

  assert {
    condition     = toset(keys(local.jobs["build_market_intelligence_hub"].arguments)) == toset(["--HEADGATE_CRAWLER", "--HEADGATE_ENGINE", "--HEADGATE_SPARK_FROM_MB", "--system"])
    error_message = "What nobody asked for is the hub's own default."
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.this) == 0
    error_message = "An emulator deletes nothing by rules of expiry, so a deployment does not wait for them."
  }

  assert {
    condition     = module.raw_objects.url_by_name == "http://localhost:4566/123456789012/headgate-raw-objects"
    error_message = "The URL of a queue is known before the queue exists."
  }

  assert {
    condition     = length(aws_s3_object.sentence_model) == 0
    error_message = "An emulator's jobs find the sentence model that is installed."
  }

  assert {
    condition     = local.environment.HEADGATE_SQL_DIALECT == "duckdb"
    error_message = "The emulator's Athena speaks DuckDB's SQL."
  }

  assert {
    condition     = local.force_destroy && !aws_dynamodb_table.files.deletion_protection_enabled && aws_secretsmanager_secret.masking_key.recovery_window_in_days == 0
    error_message = "An emulator's deployment can be destroyed at once."
  }

  assert {
    condition     = length(aws_budgets_budget.monthly) == 0 && alltrue([for job in module.job : job.execution_class == null])
    error_message = "An emulator has no budget and no execution classes."
  }
}

# Several settings in one run, because a plan of the root takes seconds.
run "an_emulator_with_spark_and_a_forecast_by_month_serves_the_console_at_its_own_port" {
  command = plan

  # Known at plan time, so that the addresses made from them can be read.
  override_resource {
    target          = aws_cloudfront_distribution.console
    override_during = plan
    values          = { domain_name = "d111111abcdef8.cloudfront.net" }
  }

  override_resource {
    target          = aws_cognito_user_pool.this
    override_during = plan
    values          = { id = "eu-central-1_mocked", endpoint = "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_mocked" }
  }

  variables {
    emulator_url     = "http://127.0.0.1:4999"
    region           = "eu-central-1"
    engine           = "spark"
    spark_from_mb    = 0
    platform         = "emulator"
    forecast_grain   = "month"
    forecast_horizon = 6
    forecast_by      = "none"
  }

  assert {
    condition     = { for name, value in local.jobs["build_market_intelligence_hub"].arguments : name => value if startswith(name, "--forecast_") } == { "--forecast_grain" = "month", "--forecast_horizon" = "6", "--forecast_by" = "none" }
    error_message = "The hub's job gets grain, horizon and dimensions."
  }

  assert {
    condition     = alltrue([for job, one in local.jobs : job == "build_market_intelligence_hub" || length([for name in keys(one.arguments) : name if startswith(name, "--forecast_")]) == 0])
    error_message = "No other job gets arguments of the forecast."
  }

  assert {
    condition     = alltrue([for job in keys(local.build_jobs) : local.jobs[job].arguments["--HEADGATE_ENGINE"] == "spark"])
    error_message = "The engine that is asked for is the engine that is used."
  }

  assert {
    condition     = length(module.build_systems) == 0 && local.systems_begin == "Build the systems" && length(local.one_job_states) == 0 && local.run_begins == "Start merge_curated" && length(local.run_job_states) == 0 && !contains(keys(local.job_names), "build_systems")
    error_message = "Spark's workers have the role of the job, so on Spark each system has its own job."
  }

  assert {
    condition     = local.console_url == "http://d111111abcdef8.cloudfront.localhost:4999" && local.sign_in_authority == "http://127.0.0.1:4999/eu-central-1_mocked"
    error_message = "A browser on this machine reaches the console and the sign-in at the emulator's port."
  }

  assert {
    condition     = contains(one(aws_apigatewayv2_api.this.cors_configuration).allow_origins, "http://localhost:5173")
    error_message = "The console's development server may call the API of an emulator, and of no other deployment."
  }
}

run "large_workers_have_no_spare_capacity_a_budget_of_zero_is_none_the_ledger_can_be_a_restored_table_and_copies_are_elsewhere" {
  command = plan

  variables {
    platform           = "aws"
    build_dir          = "tests/fixtures/built"
    job_worker_type    = "G.4X"
    monthly_budget_usd = 0
    files_table        = "headgate-files-restored"
    backup = {
      account_id = "210987654321"
      buckets    = { for zone in ["raw", "curated", "quarantine", "artifacts"] : zone => "copies-${zone}" }
      key_arn    = "arn:aws:kms:eu-west-1:210987654321:key/33333333-3333-3333-3333-333333333333"
      vault_arn  = "arn:aws:backup:eu-west-1:210987654321:backup-vault:copies"
    }
  }

  assert {
    condition = {
      for zone, replica in aws_s3_bucket_replication_configuration.this : zone => "${one(one(replica.rule).destination).bucket} ${one(one(replica.rule).filter).prefix}"
      } == {
      raw        = "arn:aws:s3:::copies-raw _masked/"
      curated    = "arn:aws:s3:::copies-curated "
      quarantine = "arn:aws:s3:::copies-quarantine "
      artifacts  = "arn:aws:s3:::copies-artifacts "
    }
    error_message = "Each zone has its copy, and no original with card data has one."
  }

  assert {
    condition = alltrue([
      for replica in aws_s3_bucket_replication_configuration.this :
      one(one(replica.rule).destination).account == "210987654321"
      && one(one(one(replica.rule).destination).access_control_translation).owner == "Destination"
      && one(one(one(replica.rule).destination).encryption_configuration).replica_kms_key_id == var.backup.key_arn
      && one(one(replica.rule).delete_marker_replication).status == "Disabled"
      && one(one(one(one(replica.rule).destination).replication_time).time).minutes == 15
    ])
    error_message = "The other account owns and encrypts the copies, gets them within 15 minutes, and keeps what is deleted here."
  }

  assert {
    condition     = one(one(aws_backup_plan.this["lake"].rule).copy_action).destination_vault_arn == var.backup.vault_arn && one(aws_backup_plan.this["lake"].rule).schedule == "cron(0 2 * * ? *)"
    error_message = "The ledger is copied to the other account each night."
  }

  assert {
    condition = {
      for statement in data.aws_iam_policy_document.replicate["lake"].statement : statement.sid => sort(statement.resources) if contains(["WriteReplicas", "UseKeyOfReplicas"], statement.sid)
      } == {
      WriteReplicas    = tolist(["arn:aws:s3:::copies-artifacts/*", "arn:aws:s3:::copies-curated/*", "arn:aws:s3:::copies-quarantine/*", "arn:aws:s3:::copies-raw/_masked/*"])
      UseKeyOfReplicas = tolist([var.backup.key_arn])
    }
    error_message = "The role of the replication writes the copies, and nothing else."
  }

  assert {
    condition     = alltrue([for job in module.job : job.execution_class == "STANDARD"])
    error_message = "Glue has the class FLEX for G.1X and G.2X only."
  }

  assert {
    condition     = length(aws_budgets_budget.monthly) == 0
    error_message = "0 creates no budget."
  }

  assert {
    condition     = aws_dynamodb_table.files.name == "headgate-files-restored" && local.environment.HEADGATE_FILES_TABLE == "headgate-files-restored"
    error_message = "A table that was restored under another name replaces the ledger."
  }
}
