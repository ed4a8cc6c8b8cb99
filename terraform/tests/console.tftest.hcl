# The console's files: nobody but CloudFront reads them, and the page may connect to this deployment only.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  override_resource {
    target          = aws_apigatewayv2_api.this
    override_during = plan
    values = {
      api_endpoint  = "https://abc123.execute-api.eu-central-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:abc123"
    }
  }

  # Known at plan time, so that the addresses made from them can be read.
  override_resource {
    target          = aws_cloudfront_distribution.console
    override_during = plan
    values = {
      arn         = "arn:aws:cloudfront::123456789012:distribution/E1"
      domain_name = "d111111abcdef8.cloudfront.net"
    }
  }

  override_resource {
    target          = aws_cognito_user_pool.this
    override_during = plan
    values          = { id = "eu-central-1_mocked", endpoint = "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_mocked" }
  }
}

variables {
  build_dir = "tests/fixtures/built"
  region    = "eu-central-1"
}

run "aws_serves_the_console_by_cloudfront_only" {
  command = plan

  variables {
    platform = "aws"
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.console_bucket.statement :
      toset(statement.actions) == toset(["s3:GetObject"]) && one(statement.condition).values == tolist([aws_cloudfront_distribution.console.arn])
    ]) && length(data.aws_iam_policy_document.console_bucket.statement) == 1
    error_message = "The distribution reads files of the console's bucket, and nobody else does."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.console.default_cache_behavior).viewer_protocol_policy == "redirect-to-https"
    error_message = "On AWS the console is served over TLS only."
  }

  assert {
    condition = { for missing in aws_cloudfront_distribution.console.custom_error_response : missing.error_code => "${missing.response_code} ${missing.response_page_path}" } == {
      403 = "404 /not-a-file.html"
      404 = "404 /not-a-file.html"
    }
    error_message = "A path without a file leads to the console, and never shows XML of the store."
  }

  assert {
    condition     = local.console_url == "https://d111111abcdef8.cloudfront.net" && one(aws_apigatewayv2_api.this.cors_configuration).allow_origins == toset([local.console_url])
    error_message = "Of all pages in a browser only the console may call the API."
  }

  assert {
    condition = alltrue([
      for bucket in [aws_s3_bucket_cors_configuration.staging, aws_s3_bucket_cors_configuration.downloads] :
      toset(one(bucket.cors_rule).allowed_origins) == toset([local.console_url, "http://127.0.0.1:*", "http://localhost:*"])
    ])
    error_message = "Uploads and downloads work from the console, and from the one that `headgate serve` shows at any port of this machine."
  }

  assert {
    condition     = aws_cognito_user_pool_client.console.callback_urls == toset(["${local.console_url}/"])
    error_message = "The user pool sends people back to the console."
  }

  assert {
    condition = strcontains(local.console_csp, "script-src 'self' 'wasm-unsafe-eval';") && strcontains(local.console_csp, "frame-ancestors 'none'") && (
      !strcontains(local.console_csp, "localhost") && !strcontains(local.console_csp, "https://*.s3")
    )
    error_message = "The page runs its own scripts, is in no frame, and connects to no bucket but its own two."
  }

  assert {
    condition = toset(split(" ", output.console.page_policy)) == toset([
      "connect-src", "'self'", "https://abc123.execute-api.eu-central-1.amazonaws.com",
      "https://cognito-idp.eu-central-1.amazonaws.com", "https://${aws_cognito_user_pool_domain.this.domain}.auth.eu-central-1.amazoncognito.com",
      "https://ecommerce-staging-123456789012.s3.eu-central-1.amazonaws.com", "https://ecommerce-athena-results-123456789012.s3.eu-central-1.amazonaws.com",
    ])
    error_message = "The page connects to its own API, its own sign-in and its own two buckets: no source of its policy has a wildcard."
  }
}
