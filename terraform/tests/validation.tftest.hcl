# Every variable refuses what cannot be meant. One run for all of them: a run costs a second, and names each that does not refuse.
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

run "every_variable_refuses_a_wrong_value" {
  command = plan

  variables {
    platform             = "azure"
    region               = "Frankfurt"
    name                 = "Head Gate"
    domain               = "e-commerce"
    build_dir            = "tests/fixtures/built/"
    raw_expiry_days      = 0
    raw_originals        = "hide"
    old_version_days     = 0
    log_retention_days   = 8
    gate_memory_mb       = 128
    gate_timeout_s       = 901
    gate_concurrency     = 1
    max_receive_count    = 0
    redelivery_s         = 0
    quiet_s              = 0
    max_wait_s           = 59
    daily_schedule       = "every day"
    export_schedule      = "every night"
    full_audit_schedule  = "sometimes"
    run_interval_s       = -1
    run_share_wait_s     = -1
    export_sources       = { "Crm-1" = {} }
    people               = { analyst = ["ana"] }
    existing_roles       = { default = "LabRole" }
    second_factor        = "sms"
    sign_in_provider     = { name = "Company", type = "SAML", metadata_url = "http://idp.example.com" }
    permissions_boundary = "boundary"
    audit_trail_mode     = "FOREVER"
    database_network     = { subnet_id = "subnet-1", security_group_ids = [], availability_zone = "us-east-1a" }
    backup               = { account_id = "other", buckets = { staging = "copies" }, key_arn = "key", vault_arn = "vault" }
    job_poll_s           = 0
    job_attempts         = 0
    engine               = "polars"
    spark_from_mb        = -1
    snapshot_part_rows   = 0.5
    forecast_grain       = "hour"
    forecast_horizon     = 401
    forecast_by          = "customer"
    reviews_a_day        = 2.5
    margin_share         = 30
    job_workers          = 1
    job_worker_type      = "G.025X"
    job_worker_types     = { merge_curated = "Z.2X" }
    job_timeouts         = { merge_curated = 10081 }
    scan_limit_gb        = 0
    most_refused_share   = 1.5
    lineage_url          = "https://user:login@marquez.example.com"
    lineage_key_secret   = "arn:aws:secretsmanager:us-east-1:123456789012:secret:key-abcdef"
    traces_url           = "https://collector.example.com/v1?key=1"
    traces_layer_arn     = "arn:aws:lambda:us-east-1:123456789012:function:collector"
    alert_email          = "nobody"
  }

  expect_failures = [
    var.platform,
    var.region,
    var.name,
    var.domain,
    var.build_dir,
    var.raw_expiry_days,
    var.raw_originals,
    var.old_version_days,
    var.log_retention_days,
    var.gate_memory_mb,
    var.gate_timeout_s,
    var.gate_concurrency,
    var.max_receive_count,
    var.redelivery_s,
    var.quiet_s,
    var.max_wait_s,
    var.daily_schedule,
    var.export_schedule,
    var.full_audit_schedule,
    var.run_interval_s,
    var.run_share_wait_s,
    var.export_sources,
    var.people,
    var.existing_roles,
    var.second_factor,
    var.sign_in_provider,
    var.permissions_boundary,
    var.audit_trail_mode,
    var.database_network,
    var.backup,
    var.job_poll_s,
    var.job_attempts,
    var.engine,
    var.spark_from_mb,
    var.snapshot_part_rows,
    var.forecast_grain,
    var.forecast_horizon,
    var.forecast_by,
    var.reviews_a_day,
    var.margin_share,
    var.job_workers,
    var.job_worker_type,
    var.job_worker_types,
    var.job_timeouts,
    var.scan_limit_gb,
    var.most_refused_share,
    var.lineage_url,
    var.lineage_key_secret,
    var.traces_url,
    var.traces_layer_arn,
    var.alert_email,
  ]
}
