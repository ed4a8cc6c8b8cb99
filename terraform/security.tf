# The key of what lies behind the gate. Data keys are cached per bucket; see modules/bucket.
data "aws_iam_policy_document" "key" {
  statement {
    sid       = "AccountOwns"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  # CloudWatch puts its alarms into the encrypted topic, and the budget its alerts.
  statement {
    sid       = "AlarmsUse"
    actions   = ["kms:GenerateDataKey", "kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_kms_key" "lake" {
  description             = "Encrypts the buckets, tables, secrets and alerts of ${local.lake}"
  enable_key_rotation     = true
  deletion_window_in_days = local.platform.key_deletion_days
  policy                  = data.aws_iam_policy_document.key.json

  lifecycle {
    precondition {
      condition     = local.partition == "aws"
      error_message = "Headgate deploys to the regions of AWS itself. The partition of this region is ${local.partition}: its buckets and sign-in have other host names. Choose another region."
    }
  }
}

resource "aws_kms_alias" "lake" {
  name          = "alias/${local.lake}"
  target_key_id = aws_kms_key.lake.key_id
}

# The key of originals. Raw and staging alone hold card numbers as they came, so only roles that write or read originals may use it.
# docs/adr/0003-secrets-outside-the-state.md
data "aws_iam_policy_document" "originals_key" {
  statement {
    sid       = "AccountOwns"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  # Whoever may use the key uses it through an object that they may read: the key decrypts nothing else. The missing name of a
  # service counts as another one.
  statement {
    sid       = "DenyUseBesidesS3"
    effect    = "Deny"
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "originals" {
  description             = "Encrypts the originals of ${local.lake} in raw and staging, with card numbers as they came"
  enable_key_rotation     = true
  deletion_window_in_days = local.platform.key_deletion_days
  policy                  = data.aws_iam_policy_document.originals_key.json
}

resource "aws_kms_alias" "originals" {
  name          = "alias/${local.lake}-originals"
  target_key_id = aws_kms_key.originals.key_id
}

# Reading is enough for the gate. Objects that came before the lake had this key are encrypted with the lake's, which these roles may
# use for other zones anyhow.
data "aws_iam_policy_document" "read_originals_key" {
  statement {
    sid       = "UseKeyOfOriginals"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.originals.arn]
  }
}

# S3 decrypts the parts of an upload when it joins them, so writers need both.
data "aws_iam_policy_document" "write_originals_key" {
  statement {
    sid       = "UseKeyOfOriginals"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.originals.arn]
  }
}

# The key of card tokens. It has no version here: scripts/deploy.py writes one where there is none,
# so that the key never stands in a state file.
resource "aws_secretsmanager_secret" "masking_key" {
  name                    = "${local.lake}/masking-key"
  description             = "HMAC key of card tokens: {\"key_id\", \"key\" as base64 of 32 bytes}. Only the gate reads it."
  kms_key_id              = aws_kms_key.lake.arn
  recovery_window_in_days = local.force_destroy ? 0 : local.platform.secret_recovery
}

# Who may read a secret is stated by roles alone. These policies deny what no role of the lake asks for.
data "aws_iam_policy_document" "secret" {
  statement {
    sid       = "DenyWithoutTls"
    effect    = "Deny"
    actions   = ["secretsmanager:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }

    dynamic "condition" {
      for_each = length(local.platform.plain_http_from) == 0 ? [] : [local.platform.plain_http_from]

      content {
        test     = "NotIpAddress"
        variable = "aws:SourceIp"
        values   = condition.value
      }
    }
  }

  statement {
    sid       = "DenyOtherAccounts"
    effect    = "Deny"
    actions   = ["secretsmanager:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "Bool"
      variable = "aws:PrincipalIsAWSService"
      values   = ["false"]
    }
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  for_each = merge({ masking_key = aws_secretsmanager_secret.masking_key.arn }, { for key, secret in aws_secretsmanager_secret.mysql : key => secret.arn })

  secret_arn          = each.value
  policy              = data.aws_iam_policy_document.secret.json
  block_public_policy = true
}
