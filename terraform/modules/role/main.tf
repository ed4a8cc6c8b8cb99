# A role for one service, with one policy; or a role that somebody made before, which is used as it is.
locals {
  full_name = "${var.name}${var.settings.suffix}"
  # IAM takes 64 characters. A longer name ends with a hash of itself.
  name = length(local.full_name) <= 64 ? local.full_name : "${substr(local.full_name, 0, 55)}-${substr(sha1(local.full_name), 0, 8)}"

  existing_arn = try(
    [for part, arn in var.settings.existing : arn if endswith(var.name, "-${part}")][0],
    lookup(var.settings.existing, "default", null),
  )
  is_new = local.existing_arn == null

  # Services whose documentation says that they name the account for which they come. Of the others a missing name is accepted:
  # Lambda and Glue take a role of their own account only (iam:PassRole).
  # Source: Step Functions developer guide and EventBridge Scheduler user guide, "Cross-service confused deputy prevention".
  states_source_account = ["scheduler", "states"]
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "${title(var.service)}Assumes"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${var.service}.amazonaws.com"]
    }

    condition {
      test     = contains(local.states_source_account, var.service) ? "StringEquals" : "StringEqualsIfExists"
      variable = "aws:SourceAccount"
      values   = [var.source_account_id]
    }
  }

  dynamic "statement" {
    for_each = length(var.assumed_by) == 0 ? [] : ["roles"]

    content {
      sid     = "OtherRolesAssume"
      actions = ["sts:AssumeRole"]

      principals {
        type        = "AWS"
        identifiers = var.assumed_by
      }
    }
  }
}

resource "aws_iam_role" "this" {
  count = local.is_new ? 1 : 0

  name                 = local.name
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.settings.permissions_boundary
}

resource "aws_iam_role_policy" "this" {
  count = local.is_new ? 1 : 0

  name   = "own-work"
  role   = aws_iam_role.this[0].id
  policy = var.policy_json
}
