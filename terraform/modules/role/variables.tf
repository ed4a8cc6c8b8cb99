variable "name" {
  description = "Name of the role."
  type        = string
}

variable "service" {
  description = "Who may assume it: the first part of a service's name, as glue of glue.amazonaws.com."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]+$", var.service))
    error_message = "service is one lower-case word, without .amazonaws.com."
  }
}

variable "policy_json" {
  description = "What it may do."
  type        = string
}

variable "source_account_id" {
  description = "Account for whose resources alone the service may assume it."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.source_account_id))
    error_message = "source_account_id has 12 digits."
  }
}

variable "settings" {
  description = "Of all roles of the lake: the end of their names (the region, where roles of several regions stand side by side), the ARN of their permissions boundary or null, and ARNs of roles that are used instead of new ones, by the last part of the name or `default`."
  type = object({
    suffix               = optional(string, "")
    permissions_boundary = optional(string)
    existing             = optional(map(string), {})
  })
  default = {}
}

variable "assumed_by" {
  description = "ARNs of roles that may assume it, besides its service."
  type        = list(string)
  default     = []
}
