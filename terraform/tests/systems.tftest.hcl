# A lake has the systems that headgate.toml asks for, and none is empty.
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

run "a_lake_of_own_sql_models_has_one_system" {
  command = plan

  variables {
    platform   = "aws"
    build_dir  = "tests/fixtures/built_own"
    systems    = ["own-models"]
    monitoring = "minimal"

    fresh_rows_mb    = 64
    sign_in_provider = { name = "Company", type = "SAML", metadata_url = "https://idp.example.com/metadata" }
  }

  assert {
    condition     = module.refresh_tables[0].execution_class == "STANDARD" && local.job_names.refresh_tables == "headgate-refresh_tables"
    error_message = "New rows are not shown by spare capacity, which may start minutes later."
  }

  assert {
    condition = length([
      for statement in data.aws_iam_policy_document.start_pipeline.statement : statement.sid
      if statement.sid == "RefreshTables" && statement.actions == toset(["glue:StartJobRun"])
    ]) == 1
    error_message = "The function that sees new increments may start the job that shows them."
  }

  assert {
    condition     = aws_cognito_identity_provider.company["SAML"].provider_details == tomap({ MetadataURL = "https://idp.example.com/metadata" })
    error_message = "A SAML provider is described by its metadata."
  }

  assert {
    condition     = aws_cognito_user_pool.this.mfa_configuration == "ON" && one(aws_cognito_user_pool.this.software_token_mfa_configuration).enabled
    error_message = "On AWS everybody who signs in with a password gives a code, too, operators included."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["dead_letters", "debounce_dead_letters", "pipeline_timed_out", "no_check"])
    error_message = "Minimal monitoring watches what no alert reports."
  }

  assert {
    condition     = length(aws_cloudwatch_dashboard.this) == 0 && length(aws_cloudwatch_log_metric_filter.api_throttles) == 0
    error_message = "Minimal monitoring has no dashboard, and counts nothing in a log."
  }

  assert {
    condition     = keys(module.crawler) == ["curated", "own-models"] && module.bucket["own-models"].name == "own-models-prod-123456789012"
    error_message = "Own models have a bucket and a crawler, and no system of the shop has one."
  }

  assert {
    condition     = [for job in keys(module.job) : job if startswith(job, "build_")] == ["build_own_models"]
    error_message = "One job builds the lake's own models."
  }

  assert {
    condition     = jsonencode(local.snapshots_read) == jsonencode({ own-models = ["_lake/current.json", "_lake/????????????????.json", "orders/*", "_lake/parts/orders/*"] })
    error_message = "Own models read the datasets of their SQL, the records of their parts, and the two kinds of manifests."
  }
}

run "a_lake_without_systems_ends_after_the_gate" {
  command = plan

  variables {
    platform  = "aws"
    build_dir = "tests/fixtures/built_none"
    systems   = []
    # As in a learner lab, whose users create no role.
    existing_roles   = { default = "arn:aws:iam::123456789012:role/LabRole" }
    second_factor    = "optional"
    sign_in_provider = { name = "Company", type = "OIDC", issuer = "https://idp.example.com", client_id = "lake" }
    sign_in_secret   = "generated"
  }

  assert {
    condition     = aws_cognito_user_pool_client.console.supported_identity_providers == toset(["COGNITO", "Company"]) && aws_cognito_user_pool.this.mfa_configuration == "OPTIONAL"
    error_message = "People of the company sign in at its own provider."
  }

  assert {
    condition     = aws_cognito_identity_provider.company["OIDC"].provider_details["oidc_issuer"] == "https://idp.example.com" && !contains(keys(aws_cognito_identity_provider.company["OIDC"].provider_details), "MetadataURL")
    error_message = "A provider has the details of its own type only."
  }

  assert {
    condition     = toset([module.pipeline_machine_role.name, module.raw_to_curated.role_name, module.daily_schedule.role_arn, module.curate_large.role_arn]) == toset(["LabRole", var.existing_roles.default])
    error_message = "Every function, job, schedule and state machine has the role that is there already."
  }

  assert {
    condition     = length(module.bucket) == 6 && keys(module.crawler) == ["curated"] && length(local.system_states) == 0
    error_message = "A lake without systems has no bucket, crawler or state for one."
  }

  assert {
    condition     = length(local.iceberg_objects) == 0 && !contains(keys(local.jobs.merge_curated.arguments), "--HEADGATE_ICEBERG")
    error_message = "Tables are tables of Hive only unless iceberg is set."
  }

  assert {
    condition     = length(module.refresh_tables) == 0 && !contains(keys(local.job_names), "refresh_tables")
    error_message = "Tables change by runs only unless fresh_rows_mb is set."
  }

  assert {
    condition     = local.stages["quality_gate"].done == "Published"
    error_message = "A run of a lake without systems ends after the quality gate."
  }
}

run "tables_of_iceberg_have_no_crawlers" {
  command = plan

  variables {
    platform      = "aws"
    build_dir     = "tests/fixtures/built_own"
    systems       = ["own-models"]
    monitoring    = "minimal"
    fresh_rows_mb = 64
    iceberg       = true
  }

  assert {
    condition     = length(module.crawler) == 0 && length(output.crawlers) == 0
    error_message = "No crawler reads Iceberg tables as tables of Hive."
  }

  assert {
    condition = alltrue([
      for job in ["merge_curated", "build_own_models"] :
      try(local.jobs[job].arguments["--HEADGATE_ICEBERG"] == "true" && !contains(keys(local.jobs[job].arguments), "--HEADGATE_CRAWLER"), false)
    ])
    error_message = "Every job that publishes tables writes Iceberg metadata, and starts no crawler."
  }

  assert {
    condition = alltrue([
      for policy in [data.aws_iam_policy_document.merge_curated, data.aws_iam_policy_document.refresh_tables] : length([
        for statement in policy.statement : statement if statement.sid == "ReadIcebergMetadata" && statement.actions == toset(["s3:GetObject"])
      ]) == 1
    ])
    error_message = "A job that publishes reads the metadata that it continues."
  }
}
