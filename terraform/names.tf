# Names. A bucket's name is unique in the world; those of roles, dashboards, budgets and CloudFront's settings are unique in the
# account; other names are unique in an account and region.
locals {
  # Lakes deployed by 0.1.0 keep their short names, since a bucket cannot be renamed.
  lake            = var.full_names ? "${var.name}-${var.domain}-${var.environment}" : var.name
  role_suffix     = var.full_names ? "-${var.region}" : ""
  role_settings   = { suffix = local.role_suffix, permissions_boundary = var.permissions_boundary, existing = var.existing_roles }
  account_wide    = "${local.lake}${local.role_suffix}"
  database_prefix = var.full_names ? "${var.domain}_${var.environment}" : var.domain

  # CloudFront takes 64 characters. A longer name ends with a hash of itself.
  stated_console_name = "${local.lake}-console${local.role_suffix}"
  console_name        = length(local.stated_console_name) <= 64 ? local.stated_console_name : "${substr(local.stated_console_name, 0, 55)}-${substr(sha1(local.stated_console_name), 0, 8)}"

  short_bucket_names = merge(
    { for zone in keys(local.zones) : zone => "${var.domain}-${replace(zone, "_", "-")}-${local.account_id}" },
    { for system in local.systems : system => "${system}-prod-${local.account_id}" },
    { console = "${var.domain}-console-${local.account_id}" },
  )
  full_bucket_names = {
    for zone in keys(local.short_bucket_names) : zone => "${var.domain}-${var.environment}-${replace(zone, "_", "-")}-${var.region}-${local.account_id}"
  }

  # S3 takes 63 characters. A longer name ends with a hash of itself.
  bucket_names = {
    for zone, name in(var.full_names ? local.full_bucket_names : local.short_bucket_names) :
    zone => length(name) <= 63 ? name : "${substr(name, 0, 54)}-${substr(sha1(name), 0, 8)}"
  }
}
