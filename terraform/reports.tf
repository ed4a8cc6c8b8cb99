# The report page: a function asks what the dashboards ask, stores one page a day in the artifacts bucket, and alerts people. The same
# function sends the mails of each hour.
locals {
  report_environment = merge(local.environment, {
    HEADGATE_STATE_MACHINE_ARN = local.machine_arns["curated_to_prod"]
    HEADGATE_JOB_NAMES         = jsonencode(local.job_names)
    HEADGATE_CONSOLE_URL       = local.console_url
    HEADGATE_MAILS_TOPIC_ARN   = aws_sns_topic.mails.arn
    HEADGATE_USER_POOL         = aws_cognito_user_pool.this.id
  })
}

data "aws_iam_policy_document" "report" {
  source_policy_documents = [data.aws_iam_policy_document.use_key.json, data.aws_iam_policy_document.read_definitions.json, data.aws_iam_policy_document.ask_lake.json, data.aws_iam_policy_document.keep_failed_calls.json]

  statement {
    sid       = "ReadFileRecords"
    actions   = ["dynamodb:Query", "dynamodb:Scan"]
    resources = [aws_dynamodb_table.files.arn, "${aws_dynamodb_table.files.arn}/index/by_received_at"]
  }

  statement {
    sid       = "SeeRuns"
    actions   = ["states:ListExecutions"]
    resources = [local.machine_arns["curated_to_prod"]]
  }

  # The page shows the health of the lake: what runs built, and why they left something out.
  statement {
    sid       = "SeeStagesOfRuns"
    actions   = ["states:DescribeExecution", "states:GetExecutionHistory"]
    resources = ["${replace(local.machine_arns["curated_to_prod"], ":stateMachine:", ":execution:")}:*"]
  }

  # The stages of the last run, and what it merged.
  statement {
    sid       = "ReadRecordsOfRuns"
    actions   = ["s3:GetObject"]
    resources = [for records in ["openlineage/dt=*/merge_curated", "runs/stages"] : "${module.bucket["artifacts"].arn}/${records}/*.json"]
  }

  # Refused rows that somebody ignored are no open work of the lake's health.
  statement {
    sid       = "ReadIgnoredRows"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["artifacts"].arn}/corrections/ignored.json"] # headgate.lake.keys.ignored_rows_key
  }

  statement {
    sid       = "FindEventsOfMerges"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["artifacts"].arn]
  }

  statement {
    sid       = "SeeWhatJobsCost"
    actions   = ["glue:GetJobRuns"]
    resources = [for name in values(local.job_names) : "arn:${local.partition}:glue:${var.region}:${local.account_id}:job/${name}"]
  }

  statement {
    sid       = "WritePages"
    actions   = ["s3:PutObject"]
    resources = ["${module.bucket["artifacts"].arn}/reports/*"]
  }

  statement {
    sid       = "Announce"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn, aws_sns_topic.mails.arn]
  }

  # Answers by mail: when and to whom, the dashboards that people wrote, the questions on their own, and whether a person may still read.
  statement {
    sid       = "ReadMails"
    actions   = ["s3:GetObject"]
    resources = [for folder in ["mails", "sent_mails", "dashboards", "questions"] : "${module.bucket["artifacts"].arn}/${folder}/*"]
  }

  statement {
    sid       = "MarkSentMails"
    actions   = ["s3:PutObject"]
    resources = ["${module.bucket["artifacts"].arn}/sent_mails/*"]
  }

  statement {
    sid       = "KnowReaders"
    actions   = ["cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser"]
    resources = [aws_cognito_user_pool.this.arn]
  }
}

# Answers that people have sent to themselves (docs/adr/0070-dashboards-are-data.md). Each address subscribes to its own messages, and agrees first.
resource "aws_sns_topic" "mails" {
  name              = "${local.lake}-mails"
  kms_master_key_id = aws_kms_key.lake.arn
}

# Calls of functions that failed three times, where nobody waits for the answer: the report's schedule, and checks of uploads.
resource "aws_sqs_queue" "call_dead_letters" {
  name                      = "${local.lake}-call-dead-letters"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

data "aws_iam_policy_document" "keep_failed_calls" {
  statement {
    sid       = "KeepFailedCalls"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.call_dead_letters.arn]
  }
}

resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = { report = module.report.name, dry_run = module.dry_run.name }

  function_name                = each.value
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600 # Lambda's own default, which it returns: a plan after an apply is empty

  destination_config {
    on_failure {
      destination = aws_sqs_queue.call_dead_letters.arn
    }
  }
}

module "report" {
  source = "./modules/function"

  name               = "${local.lake}-report"
  description        = "Writes the report page, alerts people about figures above their limits, and sends mails"
  code               = local.function_code.report
  memory_mb          = 1769 # one vCPU
  timeout_s          = 600  # Athena answers each of some forty questions within seconds
  layers             = values(local.layer_arns)
  environment        = local.report_environment
  policy_json        = data.aws_iam_policy_document.report.json
  log_retention_days = var.log_retention_days
  role_settings      = local.role_settings
  account_id         = local.account_id
}

module "report_schedule" {
  source = "./modules/schedule"

  role_settings = local.role_settings

  name        = "${local.lake}-report"
  role_name   = "${local.lake}-report-scheduler"
  description = "Writes and announces the report page"
  expression  = var.report_schedule
  target_arn  = module.report.arn
  action      = "lambda:InvokeFunction"
  account_id  = local.account_id
  input       = "{}"
}

# People choose the hour of a mail in their own time zone (docs/adr/0070-dashboards-are-data.md). An hour without mails takes a second.
module "mails_schedule" {
  source = "./modules/schedule"

  role_settings = local.role_settings

  name        = "${local.lake}-mails"
  role_name   = "${local.lake}-mails-scheduler"
  description = "Sends the mails of the hour"
  expression  = "cron(0 * * * ? *)"
  target_arn  = module.report.arn
  action      = "lambda:InvokeFunction"
  account_id  = local.account_id
  # Not by jsonencode, which writes < as an escape that the scheduler does not look for.
  input = "{\"mails_at\": \"${local.platform.scheduled_at}\"}"
}
