# A Glue job with a role of its own.
data "aws_partition" "current" {}

data "aws_iam_policy_document" "this" {
  source_policy_documents = [var.policy_json]

  statement {
    sid       = "ReadOwnCode"
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.artifacts_bucket}/code/*"]
  }

  statement {
    sid       = "WriteJobLogs"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for arn in var.log_group_arns : "${arn}:*"]
  }
}

module "role" {
  source = "../role"

  settings = var.role_settings

  name              = "${var.name}-job"
  service           = "glue"
  source_account_id = var.account_id
  policy_json       = data.aws_iam_policy_document.this.json
  assumed_by        = var.assumed_by
}

# One object per job, also where two jobs run one script: an emulator unpacks scripts by their last name.
resource "aws_s3_object" "script" {
  bucket      = var.artifacts_bucket
  key         = "code/jobs/${var.name}.py"
  source      = var.script
  source_hash = filemd5(var.script)
}

# What Glue bills for a run that asks Spark for nothing: with auto scaling its driver and one worker.
# Source: AWS Glue developer guide, "Worker types" and "Using auto scaling".
locals {
  dpus_of_worker = { "G.1X" = 1, "G.2X" = 2, "G.4X" = 4, "G.8X" = 8 }
  dpus           = var.runtime.workers.type == null ? coalesce(var.runtime.max_capacity, 0) : min(2, var.runtime.workers.number) * lookup(local.dpus_of_worker, var.runtime.workers.type, 1)
}

resource "aws_glue_job" "this" {
  name              = var.name
  description       = var.description
  role_arn          = module.role.arn
  glue_version      = var.runtime.glue_version
  worker_type       = var.runtime.workers.type
  number_of_workers = var.runtime.workers.number
  max_capacity      = var.runtime.max_capacity
  timeout           = var.runtime.timeout
  execution_class   = var.runtime.execution_class
  max_retries       = 0 # the state machine repeats, and knows what not to repeat
  default_arguments = merge(var.arguments, { "--HEADGATE_DPUS" = tostring(local.dpus) })
  connections       = var.connections

  dynamic "execution_property" {
    for_each = var.max_concurrent_runs == null ? [] : [var.max_concurrent_runs]

    content {
      max_concurrent_runs = execution_property.value
    }
  }

  command {
    name            = var.runtime.command
    python_version  = var.runtime.python
    script_location = "s3://${aws_s3_object.script.bucket}/${aws_s3_object.script.key}"
  }
}
