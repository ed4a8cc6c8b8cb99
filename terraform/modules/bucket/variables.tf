variable "name" {
  description = "Name of the bucket."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits and dashes."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts every object; null for a key of S3's own."
  type        = string
}

variable "policy_json" {
  description = "Policy document with statements beside the one that refuses requests without TLS."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether a destroy may delete a bucket that holds objects."
  type        = bool
}

variable "plain_http_from" {
  description = "Networks that may come without TLS: none, or an emulator's loopback."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for network in var.plain_http_from : startswith(network, "127.") || network == "::1/128"])
    error_message = "Only the loopback network may come without TLS."
  }
}

variable "account_id" {
  description = "Account whose principals may use the bucket, as far as IAM lets them."
  type        = string
}
