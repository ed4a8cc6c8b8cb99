variable "name" {
  description = "Name of the role."
  type        = string
}

variable "service" {
  description = "Who may assume it: the first part of a service's name, as glue of glue.amazonaws.com."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+$", var.service))
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

variable "suffix" {
  description = "End of the role's name: the region, where roles of several regions stand side by side."
  type        = string
  default     = ""
}

variable "assumed_by" {
  description = "ARNs of roles that may assume it, besides its service."
  type        = list(string)
  default     = []
}
