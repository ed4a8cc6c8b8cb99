# The web console (docs/use/console.md): static files in a private bucket, which CloudFront alone may read. scripts/deploy.py uploads the
# bundle; `config.json` beside it names the API and the user pool.
module "console_bucket" {
  source = "./modules/bucket"

  name            = local.bucket_names["console"]
  account_id      = local.account_id
  kms_key_arn     = null # CloudFront would need the lake's key, and the files are no secret
  force_destroy   = true # every deployment uploads them again
  plain_http_from = local.platform.plain_http_from
  policy_json     = data.aws_iam_policy_document.console_bucket.json
}

data "aws_iam_policy_document" "console_bucket" {
  statement {
    sid       = "CloudFrontReads"
    actions   = ["s3:GetObject"]
    resources = ["arn:${local.partition}:s3:::${local.bucket_names["console"]}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = [aws_cloudfront_distribution.console.arn]
    }
  }
}

resource "aws_cloudfront_origin_access_control" "console" {
  name                              = local.console_name
  description                       = "Signs CloudFront's requests to the console's bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

locals {
  # Buckets by name and not by wildcard: a script in the page could otherwise send what it read to any bucket of the world.
  console_buckets = [for zone in ["staging", "athena_results"] : local.bucket_names[zone]]
  console_csp = join("; ", [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'", # WebAssembly computes the SHA-256 of an upload
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self' ${local.api_hosts} ${join(" ", local.console_connects)}",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ])
  # scripts/deploy.py writes it into the page; a browser enforces it beside the header's.
  console_page_policy = "connect-src 'self' ${aws_apigatewayv2_api.this.api_endpoint} ${join(" ", local.console_connects)}"
}

resource "aws_cloudfront_response_headers_policy" "console" {
  name    = local.console_name
  comment = "Security headers of the console"

  security_headers_config {
    content_security_policy {
      content_security_policy = local.console_csp
      override                = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    referrer_policy {
      referrer_policy = "no-referrer"
      override        = true
    }

    strict_transport_security {
      access_control_max_age_sec = 31536000
      include_subdomains         = true
      override                   = true
    }
  }

  # The emulator reports both as empty blocks where there are none, and every plan would remove them.
  lifecycle {
    ignore_changes = [custom_headers_config, remove_headers_config]
  }
}

resource "aws_cloudfront_distribution" "console" {
  comment             = "Console of ${local.lake}"
  enabled             = true
  default_root_object = "index.html"
  http_version        = "http2and3"
  is_ipv6_enabled     = true
  price_class         = "PriceClass_100"
  wait_for_deployment = false # minutes on AWS, in which nothing else depends on it

  origin {
    origin_id                = "console"
    domain_name              = "${local.bucket_names["console"]}.s3.${var.region}.amazonaws.com"
    origin_access_control_id = aws_cloudfront_origin_access_control.console.id
  }

  default_cache_behavior {
    target_origin_id           = "console"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    viewer_protocol_policy     = local.platform.console_protocol
    cache_policy_id            = "658327ea-f89d-4fab-a63d-7e88639e58f6" # Managed-CachingOptimized. Source: CloudFront developer guide, managed cache policies
    response_headers_policy_id = aws_cloudfront_response_headers_policy.console.id
  }

  # A path without a file, such as /query, shows a page that opens the console's own: 403 from a bucket that nobody may list.
  dynamic "custom_error_response" {
    for_each = [403, 404]

    content {
      error_code            = custom_error_response.value
      response_code         = 404
      response_page_path    = "/not-a-file.html"
      error_caching_min_ttl = 10 # CloudFront's own default, which it returns: a plan after an apply is empty
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

resource "aws_s3_object" "console_config" {
  bucket        = module.console_bucket.name
  key           = "config.json"
  content_type  = "application/json"
  cache_control = "no-cache"
  content = jsonencode({
    api_url = aws_apigatewayv2_api.this.api_endpoint
    sign_in = {
      authority = local.sign_in_authority
      client_id = aws_cognito_user_pool_client.console.id
      sign_out_url = format("%s/logout?client_id=%s&logout_uri=%s",
        local.sign_in_pages, aws_cognito_user_pool_client.console.id, urlencode("${local.console_url}/")
      )
    }
  })
}
