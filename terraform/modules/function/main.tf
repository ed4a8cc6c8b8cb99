# A Lambda function with a role and a log group of its own: it works off a queue, or others invoke it.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = [var.policy_json]

  statement {
    sid       = "WriteOwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  dynamic "statement" {
    for_each = var.queue == null ? [] : [var.queue.arn_by_name]

    content {
      sid       = "WorkOffQueue"
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      resources = [statement.value]
    }
  }
}

module "role" {
  source = "../role"

  settings = var.role_settings

  name              = "${var.name}-function"
  service           = "lambda"
  source_account_id = var.account_id
  policy_json       = data.aws_iam_policy_document.this.json
}

resource "aws_lambda_function" "this" {
  function_name    = var.name
  description      = var.description
  role             = module.role.arn
  runtime          = "python3.11"
  architectures    = ["x86_64"]
  handler          = "handler.handler"
  s3_bucket        = var.code.bucket
  s3_key           = var.code.key
  source_code_hash = var.code.sha256
  memory_size      = var.memory_mb
  timeout          = var.timeout_s
  layers           = var.layers

  ephemeral_storage {
    size = var.disk_mb
  }

  environment {
    variables = var.environment
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.this.name
  }
}

resource "aws_lambda_event_source_mapping" "this" {
  count = var.queue == null ? 0 : 1

  event_source_arn                   = var.queue.arn
  function_name                      = aws_lambda_function.this.arn
  batch_size                         = var.queue.batch_size
  maximum_batching_window_in_seconds = var.queue.window_s
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.queue.max_concurrency
  }
}
