# What differs between AWS and an emulator, and what must not.
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

variables {
  build_dir = "tests/fixtures/built"
}

run "aws_has_layers_and_spark_jobs" {
  command = plan

  variables {
    platform = "aws"
    region   = "eu-central-1"
  }

  assert {
    condition = alltrue([
      for name, layer in aws_lambda_layer_version.this :
      contains(layer.compatible_runtimes, module.raw_to_curated.settings.runtime) && aws_s3_object.layer[name].key == "code/layers/${name}.zip"
    ]) && length(aws_lambda_layer_version.this) == 3
    error_message = "On AWS the functions' libraries are layers of our own."
  }

  assert {
    condition     = length(module.raw_to_curated.settings.layers) == 2 && length(module.start_pipeline.settings.layers) == 1
    error_message = "The gate carries Powertools and Arrow, a function that reads no data carries Powertools only."
  }

  assert {
    condition     = local.platform.job.command == "glueetl" && local.platform.job.glue_version == "5.1" && local.platform.job.python == "3"
    error_message = "On AWS jobs are Glue 5.1 jobs."
  }

  assert {
    condition = alltrue([
      for job in keys(local.build_jobs) :
      local.jobs[job].arguments["--HEADGATE_ENGINE"] == "auto" && local.jobs[job].arguments["--HEADGATE_SPARK_FROM_MB"] == "2000"
    ]) && local.platform.job.workers.number == 10 && local.job_arguments["--enable-auto-scaling"] == "true"
    error_message = "On AWS every system goes to Spark by the size of what it reads, on workers that come when they are needed."
  }

  assert {
    condition = { for job, one in local.jobs : job => merge(local.job_arguments, one.arguments)["--extra-py-files"] } == merge(
      { for job in keys(local.jobs) : job => "s3://ecommerce-artifacts-123456789012/code/headgate.zip" },
      { build_retail_copilot = "s3://ecommerce-artifacts-123456789012/code/headgate.zip,s3://ecommerce-artifacts-123456789012/code/sentence_model.zip" },
    )
    error_message = "The job of retail-copilot gets the sentence model, by the name of an archive that PySpark puts on the path, and no other job does."
  }

  assert {
    condition     = !contains(keys(local.jobs["merge_curated"].arguments), "--HEADGATE_ENGINE")
    error_message = "The merge has its own bound of memory."
  }

  assert {
    condition     = local.platform.sql_dialect == "athena" && local.environment.HEADGATE_SQL_DIALECT == "athena"
    error_message = "Athena's SQL needs no translation on AWS."
  }

  assert {
    condition     = !local.force_destroy && aws_dynamodb_table.files.deletion_protection_enabled && aws_secretsmanager_secret.masking_key.recovery_window_in_days == 30
    error_message = "Nothing that holds data goes easily on AWS."
  }

  assert {
    condition     = length(local.platform.plain_http_from) == 0
    error_message = "On AWS nobody comes without TLS."
  }

  assert {
    condition     = local.job_poll_s == 30
    error_message = "The state machine looks at a job every 30 s on AWS."
  }

  # Nine events a look: five jobs side by side, merge and gate before them, each as often as it is tried, until the timeout.
  assert {
    condition     = (local.platform.job.timeout * 60 / local.job_poll_s) * 9 * (length(local.build_jobs) + 2) * var.job_attempts < 25000 * 0.8
    error_message = "The history of the longest run fits into Step Functions' 25,000 events."
  }
}

run "aws_does_without_the_sentence_model_when_told_to" {
  command = plan

  variables {
    platform       = "aws"
    sentence_model = false
  }

  assert {
    condition     = length(aws_s3_object.sentence_model) == 0 && !contains(keys(local.jobs["build_retail_copilot"].arguments), "--extra-py-files")
    error_message = "Without the model searches are grouped by their words."
  }
}

run "aws_is_not_asked_too_often" {
  command = plan

  variables {
    platform   = "aws"
    job_poll_s = 9
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
    condition     = toset(keys(local.jobs["build_market_intelligence_hub"].arguments)) == toset(["--HEADGATE_CRAWLER", "--HEADGATE_DEPLOYMENT_ID", "--HEADGATE_ENGINE", "--HEADGATE_SPARK_FROM_MB", "--system"])
    error_message = "What nobody asked for is the hub's own default."
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
}

run "sales_are_forecast_as_told" {
  command = plan

  variables {
    platform         = "emulator"
    forecast_grain   = "month"
    forecast_horizon = 6
    forecast_by      = "none"
  }

  assert {
    condition     = { for name, value in local.jobs["build_market_intelligence_hub"].arguments : name => value if startswith(name, "--forecast_") } == { "--forecast_grain" = "month", "--forecast_horizon" = "6", "--forecast_by" = "none" }
    error_message = "The hub's job is told grain, horizon and dimensions."
  }

  assert {
    condition     = alltrue([for job, one in local.jobs : job == "build_market_intelligence_hub" || length([for name in keys(one.arguments) : name if startswith(name, "--forecast_")]) == 0])
    error_message = "No other job is told how to forecast."
  }
}

run "an_emulator_runs_spark_when_asked" {
  command = plan

  variables {
    platform      = "emulator"
    engine        = "spark"
    spark_from_mb = 0
  }

  assert {
    condition     = alltrue([for job in keys(local.build_jobs) : local.jobs[job].arguments["--HEADGATE_ENGINE"] == "spark"])
    error_message = "The engine that is asked for is the engine that is used."
  }
}
