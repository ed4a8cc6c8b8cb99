# The full card-data audit, on its own schedule. Usual runs audit only what is new (docs/adr/0051-audit-ledger.md).
locals {
  audit_arguments = "{% {'--scheduled_at': $states.context.Execution.Input.scheduled_at ? $states.context.Execution.Input.scheduled_at : $states.context.Execution.StartTime} %}"

  audit_definition = {
    Comment        = "Audits the whole lake for card data"
    QueryLanguage  = "JSONata"
    StartAt        = "Start audit_cards"
    TimeoutSeconds = 86400
    States         = merge(local.stage_states["audit_cards"], local.failure_states["audit_cards"], { "Audited" = { Type = "Succeed" } })
  }
}

# What the audit of new objects needs: the ledger, and somebody to alert.
data "aws_iam_policy_document" "keep_audit_ledger" {
  statement {
    sid       = "KeepAuditLedger"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${module.bucket["artifacts"].arn}/audits/*"]
  }

  statement {
    sid       = "AlertOfFindings"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
  }
}

data "aws_iam_policy_document" "audit_cards" {
  source_policy_documents = [
    data.aws_iam_policy_document.use_key.json,
    data.aws_iam_policy_document.read_definitions.json,
    data.aws_iam_policy_document.audit_everything.json,
    data.aws_iam_policy_document.keep_audit_ledger.json,
  ]
}

module "audit_cards" {
  source = "./modules/glue_job"

  role_settings = local.role_settings
  account_id    = local.account_id

  name             = "${local.lake}-audit_cards"
  description      = "Audits the whole lake for card data, also what was audited before"
  script           = "${local.build_dir}/jobs/audit_cards.py"
  artifacts_bucket = module.bucket["artifacts"].name
  arguments        = merge(local.job_arguments, local.wheel_arguments["audit_cards"], { "--HEADGATE_LOG_GROUPS" = jsonencode(local.log_groups) })
  policy_json      = data.aws_iam_policy_document.audit_cards.json
  log_group_arns   = [for group in aws_cloudwatch_log_group.jobs : group.arn]
  runtime          = merge(local.platform.job, { timeout = local.platform.large.timeout })
}

data "aws_iam_policy_document" "audit_machine" {
  source_policy_documents = [data.aws_iam_policy_document.tell_of_failures.json]

  statement {
    sid       = "RunJob"
    actions   = ["glue:StartJobRun", "glue:GetJobRun"]
    resources = [module.audit_cards.arn]
  }
}

module "audit_machine_role" {
  source = "./modules/role"

  settings = local.role_settings

  name              = "${local.machine_names["audit_cards"]}-machine"
  service           = "states"
  source_account_id = local.account_id
  policy_json       = data.aws_iam_policy_document.audit_machine.json
}

resource "aws_sfn_state_machine" "audit_cards" {
  name       = local.machine_names["audit_cards"]
  role_arn   = module.audit_machine_role.arn
  definition = jsonencode(local.audit_definition)
}

module "audit_schedule" {
  source = "./modules/schedule"

  role_settings = local.role_settings

  name        = "${local.lake}-audit_cards"
  role_name   = "${local.lake}-audit_cards-scheduler"
  description = "Audits the whole lake for card data"
  expression  = var.full_audit_schedule
  target_arn  = aws_sfn_state_machine.audit_cards.arn
  action      = "states:StartExecution"
  account_id  = local.account_id
  # Not by jsonencode, which writes < as an escape that the scheduler does not look for.
  input = "{\"scheduled_at\": \"${local.platform.scheduled_at}\"}"
}
