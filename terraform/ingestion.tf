# Raw to curated: an object lands in raw, S3 notifies the queue, the gate processes the messages.
locals {
  # What people and every process may know. Names only; what they open is settled by each role.
  resource_names = {
    HEADGATE_RAW_BUCKET         = module.bucket["raw"].name
    HEADGATE_STAGING_BUCKET     = module.bucket["staging"].name
    HEADGATE_CURATED_BUCKET     = module.bucket["curated"].name
    HEADGATE_QUARANTINE_BUCKET  = module.bucket["quarantine"].name
    HEADGATE_ARTIFACTS_BUCKET   = module.bucket["artifacts"].name
    HEADGATE_RESULTS_BUCKET     = module.bucket["athena_results"].name
    HEADGATE_PROD_BUCKETS       = jsonencode({ for system in local.systems : system => module.bucket[system].name })
    HEADGATE_FILES_TABLE        = aws_dynamodb_table.files.name
    HEADGATE_RAW_ORIGINALS      = var.raw_originals
    HEADGATE_MASKING_KEY_SECRET = aws_secretsmanager_secret.masking_key.name
    HEADGATE_MYSQL_SECRET       = aws_secretsmanager_secret.mysql["export_mysql"].name
    HEADGATE_CURATED_DATABASE   = aws_glue_catalog_database.this["curated"].name
    HEADGATE_PROD_DATABASE      = aws_glue_catalog_database.this["prod"].name
    HEADGATE_WORKGROUP          = aws_athena_workgroup.this["lake"].name
    HEADGATE_ALERTS_TOPIC_ARN   = aws_sns_topic.alerts.arn
    HEADGATE_SQL_DIALECT        = local.platform.sql_dialect
    HEADGATE_MOST_REFUSED_SHARE = tostring(var.most_refused_share)
  }

  # A process reads only definitions that were pushed to its own deployment.
  environment = merge(local.resource_names, { HEADGATE_DEPLOYMENT_ID = local.deployment_id })
}

locals {
  # The function hides its message by heartbeats for two minutes at a time, so this counts only from the receive to the first heartbeat:
  # a worker that is killed before it leaves its message hidden for as long. AWS asks for at least the function's timeout, and
  # recommends six times as much for functions without heartbeats.
  redelivery_s = coalesce(var.redelivery_s, var.gate_timeout_s + 60)
}

module "raw_objects" {
  source = "./modules/queue"

  name                 = "${local.lake}-raw-objects"
  region               = var.region
  account_id           = local.account_id
  endpoint             = local.sqs_endpoint
  source_bucket_arn    = module.bucket["raw"].arn
  visibility_timeout_s = local.redelivery_s
  max_receive_count    = var.max_receive_count
}

resource "aws_s3_bucket_notification" "raw" {
  bucket = module.bucket["raw"].name

  queue {
    id        = "raw-objects"
    queue_arn = module.raw_objects.arn
    events    = ["s3:ObjectCreated:*"]
  }
}

# What the gate needs in its function and in the job for large files.
data "aws_iam_policy_document" "gate" {
  source_policy_documents = [
    data.aws_iam_policy_document.read_definitions.json,
    var.raw_originals == "keep" ? data.aws_iam_policy_document.read_originals_key.json : data.aws_iam_policy_document.write_originals_key.json,
  ]

  statement {
    sid       = "ReadRaw"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${module.bucket["raw"].arn}/*"]
  }

  # Without it S3 answers 403 where 404 is true.
  statement {
    sid       = "KnowWhatIsInRaw"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["raw"].arn]
  }

  # The gate writes nothing that it would process, and deletes versions by their ids only: a newer version of a key stays.
  dynamic "statement" {
    for_each = var.raw_originals == "keep" ? {} : {
      WriteMaskedForms = { actions = ["s3:PutObject", "s3:AbortMultipartUpload"], resources = ["${module.bucket["raw"].arn}/_masked/*"] }
      DeleteOriginals  = { actions = ["s3:DeleteObjectVersion"], resources = ["${module.bucket["raw"].arn}/*"] }
    }

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }

  statement {
    sid       = "WriteIncrements"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload"]
    resources = ["${module.bucket["curated"].arn}/increments/*"]
  }

  statement {
    sid       = "WriteQuarantine"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload"]
    resources = ["${module.bucket["quarantine"].arn}/rows/*"]
  }

  statement {
    sid       = "ReadMappings"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["artifacts"].arn}/mappings/*"]
  }

  # Without it S3 answers 403 where 404 is true: most headers have no remembered mapping, and the first file has no profile before it.
  statement {
    sid       = "KnowWhichProfilesThereAre"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["artifacts"].arn]
  }

  statement {
    sid       = "ClaimAndRecordFiles"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    resources = [aws_dynamodb_table.files.arn]
  }

  statement {
    sid       = "ReadMaskingKey"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.masking_key.arn]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.lake.arn]
  }
}

# What workers that take new files need beyond the gate: an undo of an upload writes no profile and alerts nobody.
data "aws_iam_policy_document" "new_files" {
  statement {
    sid       = "KeepProfiles"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${module.bucket["artifacts"].arn}/processed/*"]
  }

  statement {
    sid       = "TellOfRefusedFiles"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
  }

  # An accepted row of a model becomes a record (docs/use/uploading.md).
  dynamic "statement" {
    for_each = local.onboarding

    content {
      sid       = "CreateRecords"
      actions   = ["dynamodb:PutItem"]
      resources = [aws_dynamodb_table.records[statement.key].arn]
    }
  }
}

data "aws_iam_policy_document" "raw_to_curated" {
  source_policy_documents = [data.aws_iam_policy_document.gate.json, data.aws_iam_policy_document.new_files.json]

  # A worker hides its own message while it processes the file.
  statement {
    sid       = "HideOwnMessage"
    actions   = ["sqs:ChangeMessageVisibility"]
    resources = [module.raw_objects.arn_by_name]
  }

  # After a run's manifest the gate sends a message for each part of the run.
  statement {
    sid       = "CallPartsOfRuns"
    actions   = ["sqs:SendMessage"]
    resources = [module.raw_objects.arn_by_name]
  }

  statement {
    sid       = "HandLargeFilesOver"
    actions   = ["states:StartExecution"]
    resources = [local.machine_arns["curate_large"]]
  }
}

locals {
  # The disk holds the file as received and unpacked, the spooled rows and the results: four times the unpacked size. A file in the
  # worst form has to fit the function's memory, so a larger disk would stay empty.
  gate_disk_mb = min(10240, max(512, 4 * var.gate_memory_mb))
}

module "raw_to_curated" {
  source = "./modules/function"

  role_settings = local.role_settings
  account_id    = local.account_id

  name        = "${local.lake}-raw_to_curated"
  description = "Writes the valid, unique, masked rows of one raw object to curated"
  code        = local.function_code.raw_to_curated
  memory_mb   = var.gate_memory_mb
  disk_mb     = local.gate_disk_mb
  timeout_s   = var.gate_timeout_s
  layers      = concat([for name, arn in local.layer_arns : arn if name != "api"], local.traces_layer_arns)
  environment = merge(local.environment, local.records_environment, local.traces_environment, {
    HEADGATE_RAW_QUEUE_URL     = module.raw_objects.url_by_name
    HEADGATE_MEMORY_MB         = tostring(var.gate_memory_mb)
    HEADGATE_DISK_MB           = tostring(local.gate_disk_mb)
    HEADGATE_LARGE_MACHINE_ARN = local.machine_arns["curate_large"]
    HEADGATE_LARGE_LEASE_S     = tostring(local.large_definition.TimeoutSeconds)
    # The lease of a claim. The worker extends it by heartbeats, and hides its message for 4/3 of it, so that another worker takes
    # over within two minutes after it died. The queue's own visibility timeout must be at least the function's timeout.
    HEADGATE_LEASE_S = tostring(max(1, min(90, floor(local.redelivery_s * 3 / 4))))
  })
  policy_json        = data.aws_iam_policy_document.raw_to_curated.json
  log_retention_days = var.log_retention_days

  queue = {
    arn             = module.raw_objects.arn
    arn_by_name     = module.raw_objects.arn_by_name
    batch_size      = 1
    window_s        = 0
    max_concurrency = coalesce(var.gate_concurrency, local.platform.gate_concurrency)
  }
}

# Curated to prod: new increments push back the pending start, a one-time schedule. When it is due, the function decides.
module "curated_changes" {
  source = "./modules/queue"

  name                 = "${local.lake}-curated-changes"
  region               = var.region
  account_id           = local.account_id
  endpoint             = local.sqs_endpoint
  source_bucket_arn    = module.bucket["curated"].arn
  visibility_timeout_s = 180
  max_receive_count    = 10 # a start that finds the schedule of the one before not yet deleted comes again
}

resource "aws_s3_bucket_notification" "curated" {
  bucket = module.bucket["curated"].name

  queue {
    id            = "curated-changes"
    queue_arn     = module.curated_changes.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "increments/"
  }
}

locals {
  run_interval_s   = coalesce(var.run_interval_s, local.platform.run_interval_s)
  run_share        = coalesce(var.run_share, local.platform.run_share)
  run_share_wait_s = coalesce(var.run_share_wait_s, local.platform.run_share_wait_s)

  # What the tables are built with. A run's name ends with it, so that the daily check sees a new deployment; the catalog keeps it
  # with each table, so that a new deployment looks at every system again.
  deployment_id = substr(sha1(jsonencode([
    filemd5("${local.build_dir}/headgate.zip"),
    filemd5("${local.build_dir}/requirements/build_system.txt"),
    filemd5("${local.build_dir}/catalog.json"),
    local.engine_arguments,
    local.options,
    [for model in aws_s3_object.sentence_model : model.source_hash],
  ])), 0, 8)

  # The function creates this one-time schedule and pushes it back; the schedule deletes itself once it has fired.
  debounce_schedule     = "${local.lake}-curated-quiet"
  debounce_schedule_arn = "arn:${local.partition}:scheduler:${var.region}:${local.account_id}:schedule/default/${local.debounce_schedule}"
}

# A push ends a run's name, as a deployment does, so that the daily check sees it.
data "aws_iam_policy_document" "start_pipeline" {
  source_policy_documents = [data.aws_iam_policy_document.read_definitions.json]

  statement {
    sid       = "MoveOwnSchedule"
    actions   = ["scheduler:CreateSchedule", "scheduler:GetSchedule", "scheduler:UpdateSchedule"]
    resources = [local.debounce_schedule_arn]
  }

  statement {
    sid       = "SeeAndStartRuns"
    actions   = ["states:ListExecutions", "states:StartExecution"]
    resources = [local.machine_arns["curated_to_prod"]]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.lake.arn]
  }

  dynamic "statement" {
    for_each = module.refresh_tables

    content {
      sid       = "RefreshTables"
      actions   = ["glue:StartJobRun"]
      resources = [statement.value.arn]
    }
  }

  statement {
    sid       = "LendSchedulerItsRole"
    actions   = ["iam:PassRole"]
    resources = [module.daily_schedule.role_arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["scheduler.amazonaws.com"]
    }
  }
}

module "start_pipeline" {
  source = "./modules/function"

  role_settings = local.role_settings
  account_id    = local.account_id

  name        = "${local.lake}-start_pipeline"
  description = "Decides when curated_to_prod starts: at most one run, at most one pending"
  code        = local.function_code.start_pipeline
  memory_mb   = 512
  timeout_s   = 30
  layers      = [for name, arn in local.layer_arns : arn if name == "tools"]
  environment = merge(local.environment, {
    HEADGATE_STATE_MACHINE_ARN  = aws_sfn_state_machine.curated_to_prod.arn
    HEADGATE_DEBOUNCE_SCHEDULE  = local.debounce_schedule
    HEADGATE_SCHEDULER_ROLE_ARN = module.daily_schedule.role_arn
    HEADGATE_QUIET_S            = tostring(var.quiet_s)
    HEADGATE_MAX_WAIT_S         = tostring(max(var.max_wait_s, var.quiet_s))
    HEADGATE_CURATED_QUEUE_ARN  = module.curated_changes.arn_by_name
    HEADGATE_RUN_INTERVAL_S     = tostring(local.run_interval_s)
    HEADGATE_RUN_SHARE          = tostring(local.run_share)
    HEADGATE_RUN_SHARE_WAIT_S   = tostring(local.run_share_wait_s)
    HEADGATE_REFRESH_JOB        = var.fresh_rows_mb > 0 ? local.refresh_job : ""
  })
  policy_json        = data.aws_iam_policy_document.start_pipeline.json
  log_retention_days = var.log_retention_days

  queue = {
    arn             = module.curated_changes.arn
    arn_by_name     = module.curated_changes.arn_by_name
    batch_size      = 100
    window_s        = 5
    max_concurrency = 2
  }
}
