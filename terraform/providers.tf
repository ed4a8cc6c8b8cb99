# The endpoint of an emulator comes from AWS_ENDPOINT_URL, as for every other AWS tool.
provider "aws" {
  region                      = var.region
  s3_use_path_style           = local.platform.s3_path_style
  skip_credentials_validation = local.platform.skip_account_checks
  skip_metadata_api_check     = local.platform.skip_account_checks
  skip_region_validation      = local.platform.skip_account_checks

  default_tags {
    tags = local.platform.tags
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}
