variable "name" {
  description = "Name of the crawler."
  type        = string
}

variable "description" {
  description = "What it crawls."
  type        = string
}

variable "database" {
  description = "Database of its tables."
  type        = string
}

variable "tables" {
  description = "Tables whose folders it reads."
  type        = list(string)

  validation {
    condition     = length(var.tables) > 0
    error_message = "A crawler needs at least one table."
  }
}

variable "buckets" {
  description = "Buckets that hold them."
  type        = list(string)
}

variable "catalog_arn" {
  description = "ARN of the Glue catalog."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that the data is encrypted with."
  type        = string
}

variable "schema_change" {
  description = "What it does about a changed schema: it logs it. A crawler that updates would undo a publish that runs at the same time."
  type = object({
    update = string
    delete = string
  })

  validation {
    condition     = var.schema_change.update == "LOG" && var.schema_change.delete == "LOG"
    error_message = "update and delete are LOG: the publisher alone changes tables."
  }
}

variable "configuration" {
  description = "Glue's own settings of a crawler. Glue itself sets the grouping of crawlers of tables, so that a definition without it is never up to date."
  type = object({
    Version  = number
    Grouping = object({ TableGroupingPolicy = string })
    CrawlerOutput = object({
      Tables = object({ AddOrUpdateBehavior = string })
    })
  })
}

variable "role_settings" {
  description = "How its role is named and bounded, or which roles are there already, as the module role has it."
  type = object({
    suffix               = optional(string, "")
    permissions_boundary = optional(string)
    existing             = optional(map(string), {})
  })
  default = {}
}

variable "account_id" {
  description = "Account whose services may assume its role."
  type        = string
}
