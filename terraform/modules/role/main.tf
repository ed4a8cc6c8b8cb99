# A role for one service, with one policy.
locals {
  stated = "${var.name}${var.suffix}"
  # IAM takes 64 characters. A longer name ends with a hash of itself.
  name = length(local.stated) <= 64 ? local.stated : "${substr(local.stated, 0, 55)}-${substr(sha1(local.stated), 0, 8)}"
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "${title(var.service)}Assumes"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${var.service}.amazonaws.com"]
    }

    dynamic "condition" {
      for_each = var.source_account_id == null ? [] : [var.source_account_id]

      content {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "this" {
  name               = local.name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "this" {
  name   = "own-work"
  role   = aws_iam_role.this.id
  policy = var.policy_json
}
