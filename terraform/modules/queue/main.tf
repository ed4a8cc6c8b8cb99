# A queue that S3 fills, with the dead-letter queue of what could not be worked off. Its messages hold keys and sizes of
# objects, never data, so SQS's own encryption is enough and spares S3 a grant on the lake's key.
data "aws_partition" "current" {}

locals {
  arn = "arn:${data.aws_partition.current.partition}:sqs:${var.region}:${var.account_id}:${var.name}"
  url = "${var.endpoint}/${var.account_id}/${var.name}"
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

data "aws_iam_policy_document" "from_s3" {
  statement {
    sid       = "LetS3Send"
    actions   = ["sqs:SendMessage"]
    resources = [local.arn]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [var.source_bucket_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }
  }
}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 345600
  visibility_timeout_seconds = var.visibility_timeout_s

  # Inline: as a resource of its own the policy costs another wait of 25 s.
  policy = data.aws_iam_policy_document.from_s3.json

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = var.max_receive_count
  })
}
