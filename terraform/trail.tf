# Who read or wrote which object: CloudTrail data events of the zones with people's data, kept for a year where nobody can change them.
locals {
  trails       = var.audit_trail ? toset(["objects"]) : toset([])
  trail_name   = "${local.lake}-objects"
  trail_arn    = "arn:${local.partition}:cloudtrail:${var.region}:${local.account_id}:trail/${local.trail_name}"
  trail_bucket = "${substr("${local.lake}-trail-${var.region}", 0, 50)}-${local.account_id}"
  trail_days   = 365
  # Zones that hold rows of files; what is built from them is read through Athena, which keeps its own history.
  trailed_zones = ["raw", "staging", "curated", "quarantine"]
}

resource "aws_s3_bucket" "trail" {
  for_each = local.trails

  bucket              = local.trail_bucket
  object_lock_enabled = true
  force_destroy       = local.force_destroy
}

resource "aws_s3_bucket_object_lock_configuration" "trail" {
  for_each = local.trails

  bucket = aws_s3_bucket.trail[each.key].id

  rule {
    default_retention {
      mode = var.audit_trail_mode
      days = local.trail_days
    }
  }
}

resource "aws_s3_bucket_public_access_block" "trail" {
  for_each = local.trails

  bucket                  = aws_s3_bucket.trail[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Not the lake's key: whoever may use that one could read who read what.
resource "aws_s3_bucket_server_side_encryption_configuration" "trail" {
  for_each = local.trails

  bucket = aws_s3_bucket.trail[each.key].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "trail" {
  for_each = local.trails

  bucket = aws_s3_bucket.trail[each.key].id

  rule {
    id     = "expire"
    status = "Enabled"
    filter {}

    expiration {
      days = local.trail_days + 1
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

# Source: AWS CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail".
data "aws_iam_policy_document" "trail" {
  for_each = local.trails

  statement {
    sid       = "TrailLooks"
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.trail[each.key].arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }

  statement {
    sid       = "TrailWrites"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.trail[each.key].arn}/AWSLogs/${local.account_id}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
  }

  statement {
    sid       = "DenyWithoutTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.trail[each.key].arn, "${aws_s3_bucket.trail[each.key].arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "trail" {
  for_each = local.trails

  bucket = aws_s3_bucket.trail[each.key].id
  policy = data.aws_iam_policy_document.trail[each.key].json

  depends_on = [aws_s3_bucket_public_access_block.trail]
}

resource "aws_cloudtrail" "objects" {
  for_each = local.trails

  name                       = local.trail_name
  s3_bucket_name             = aws_s3_bucket.trail[each.key].id
  enable_log_file_validation = true

  advanced_event_selector {
    name = "Objects with rows of files"

    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }

    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }

    field_selector {
      field       = "resources.ARN"
      starts_with = [for zone in local.trailed_zones : "${module.bucket[zone].arn}/"]
    }
  }

  # Reads of the masking key are management events.
  advanced_event_selector {
    name = "Management"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }

  depends_on = [aws_s3_bucket_policy.trail]
}
