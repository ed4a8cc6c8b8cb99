# A schedule that calls one target, with a role that may do nothing else.
data "aws_iam_policy_document" "this" {
  statement {
    sid       = "CallTarget"
    actions   = [var.action]
    resources = [var.target_arn]
  }
}

module "role" {
  source = "../role"

  settings = var.role_settings

  name              = var.role_name
  service           = "scheduler"
  source_account_id = var.account_id
  policy_json       = data.aws_iam_policy_document.this.json
}

resource "aws_scheduler_schedule" "this" {
  name                         = var.name
  description                  = var.description
  schedule_expression          = var.expression
  schedule_expression_timezone = "UTC"
  state                        = var.enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.target_arn
    role_arn = module.role.arn
    input    = var.input

    retry_policy {
      maximum_retry_attempts       = 3
      maximum_event_age_in_seconds = 3600
    }
  }
}
